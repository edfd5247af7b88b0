// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import io.vertx.config.ConfigRetriever;
import io.vertx.config.ConfigRetrieverOptions;
import io.vertx.config.ConfigStoreOptions;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes changes of the hot files and of every file that they name. vertx-config reads all of them every 250 ms; bytes
 * are compiled, off the event loop, once two readings in a row were equal, the second 100 ms after the first. What is refused changes nothing. All fields
 * but the status are confined to one context.
 */
public final class ConfigWatcher {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigWatcher.class);
    private static final long SCAN_MILLIS = 250;
    private static final long CONFIRM_MILLIS = 100;

    private final Vertx vertx;
    private final Context context;
    private final ConfigSources sources;
    private final HeadgateFile settings;
    private final @Nullable Path staticPath;
    private final Listener listener;
    private final TwoReadings readings = new TwoReadings();
    private final StaticFileWatch staticFile = new StaticFileWatch();

    private volatile Status status;
    private Set<Path> watched = Set.of();
    private JsonObject compiled = new JsonObject();
    private String fingerprint;
    private @Nullable ConfigRetriever retriever;
    private boolean listing;
    private boolean closed;

    /** Hears of changes, on the watcher's context; must not block. */
    public interface Listener {
        /** New calls use this snapshot. It is the running one if a refused file was put right again. */
        void accepted(Snapshot snapshot, List<Problem> warnings);

        /** The running snapshot stays. */
        void refused(List<Problem> problems);
    }

    /**
     * How the files on disk stand to what is running.
     *
     * @param problems why the files are refused, or warnings if they are running
     * @param refused whether the files on disk are not those that are running
     * @param restartNeeded whether the static file has changed since the start
     * @param since when this became so
     */
    public record Status(
            Snapshot running, List<Problem> problems, boolean refused, boolean restartNeeded, Instant since) {}

    private ConfigWatcher(Vertx vertx, ConfigSources sources, LoadResult.Loaded initial, Listener listener) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.sources = sources;
        this.settings = initial.settings();
        Path file = sources.headgateYaml();
        this.staticPath = file == null ? null : file.toAbsolutePath().normalize();
        this.listener = listener;
        this.fingerprint = initial.snapshot().revision();
        this.status = new Status(initial.snapshot(), initial.warnings(), false, false, Instant.now());
    }

    /** Begins to watch; the future succeeds once the first reading is under way. */
    public static Future<ConfigWatcher> start(
            Vertx vertx, ConfigSources sources, LoadResult.Loaded initial, Listener listener) {
        ConfigWatcher watcher = new ConfigWatcher(vertx, sources, initial, listener);
        warn(initial.warnings());
        Promise<ConfigWatcher> started = Promise.promise();
        watcher.context.runOnContext(v -> vertx.executeBlocking(
                        () -> ConfigLoader.hot(sources, initial.settings(), FileView.ofDisk(), new Problems()))
                .onSuccess(hot -> watcher.watch(hot.files()))
                .map(watcher)
                .onComplete(started));
        return started.future();
    }

    public Status status() {
        return status;
    }

    public Future<Void> close() {
        Promise<Void> done = Promise.promise();
        context.runOnContext(v -> {
            closed = true;
            Future<Void> end = retriever == null ? Future.succeededFuture() : retriever.close();
            end.onComplete(done);
        });
        return done.future();
    }

    /** Watches these files and the static one; a file that does not exist is watched for its coming. */
    private void watch(Set<Path> files) {
        Set<Path> wanted = new HashSet<>(files);
        if (staticPath != null) {
            wanted.add(staticPath);
        }
        if (closed || wanted.equals(watched)) {
            return;
        }
        if (retriever != null) {
            retriever.close();
        }
        watched = Set.copyOf(wanted);
        ConfigRetrieverOptions options =
                new ConfigRetrieverOptions().setScanPeriod(SCAN_MILLIS).setIncludeDefaultStores(false);
        watched.forEach(file -> options.addStore(store(file)));
        retriever = ConfigRetriever.create(vertx, options);
        retriever.setBeforeScanHandler(v -> lookForNewFiles());
        ConfigRetriever current = retriever;
        retriever.setConfigurationProcessor(reading -> settled(current, reading));
        retriever.listen(change -> take(change.getNewConfiguration()));
        retriever.getConfig().onSuccess(this::take);
    }

    /** A change is confirmed by a reading of its own, sooner than the next scan. A late word of an old reader is no reading. */
    private JsonObject settled(ConfigRetriever reader, JsonObject reading) {
        if (!reader.equals(retriever)) {
            return compiled;
        }
        JsonObject settled = readings.settled(reading);
        if (readings.isMoving()) {
            vertx.setTimer(CONFIRM_MILLIS, timer -> {
                if (reader.equals(retriever) && !closed) {
                    reader.getConfig().onSuccess(this::take);
                }
            });
        }
        return settled;
    }

    /** Optional, so that a missing file is an absent member instead of a stack trace every 250 ms. */
    private static ConfigStoreOptions store(Path file) {
        return new ConfigStoreOptions()
                .setType("file")
                .setFormat("raw")
                .setOptional(true)
                .setConfig(new JsonObject()
                        .put("path", file.toString())
                        .put("raw.key", file.toString())
                        .put("raw.type", "binary"));
    }

    private void lookForNewFiles() {
        List<Path> patterns = settings.files().stream()
                .map(Path::of)
                .filter(FileView::isPattern)
                .toList();
        if (patterns.isEmpty() || listing) {
            return;
        }
        listing = true;
        vertx.executeBlocking(() -> listed(patterns)).onComplete(found -> {
            listing = false;
            if (found.succeeded() && !watched.containsAll(found.result())) {
                Set<Path> more = new HashSet<>(watched);
                more.addAll(found.result());
                watch(more);
            }
        });
    }

    private static Set<Path> listed(List<Path> patterns) throws IOException {
        Set<Path> found = new HashSet<>();
        for (Path pattern : patterns) {
            found.addAll(FileView.list(pattern));
        }
        return found;
    }

    private void take(JsonObject settled) {
        if (closed || settled.equals(compiled)) {
            return;
        }
        compiled = settled;
        Map<Path, byte[]> bytes = new HashMap<>();
        settled.forEach(member -> bytes.put(Path.of(member.getKey()), settled.getBinary(member.getKey())));
        if (staticPath != null) {
            checkStaticFile(staticPath, bytes.get(staticPath));
        }
        FileView view = FileView.of(watched, bytes);
        vertx.executeBlocking(() -> ConfigLoader.hot(sources, settings, view, new Problems()))
                .onSuccess(this::apply)
                .onFailure(e -> LOG.error("reading the configuration failed", e));
    }

    private void apply(ConfigLoader.HotReading hot) {
        if (closed) {
            return;
        }
        Status before = status;
        if (hot.snapshot() == null) {
            if (!before.refused() || !before.problems().equals(hot.problems())) {
                String revision = before.running().revision();
                status = new Status(before.running(), hot.problems(), true, before.restartNeeded(), Instant.now());
                LOG.error("configuration refused\n{}", ProblemPrinter.text(hot.problems(), revision));
                listener.refused(hot.problems());
            }
            Set<Path> more = new HashSet<>(watched);
            more.addAll(hot.files());
            watch(more);
            return;
        }
        boolean same = hot.fingerprint().startsWith(fingerprint);
        fingerprint = hot.fingerprint();
        if (!same || before.refused()) {
            Snapshot snapshot = same ? before.running() : hot.snapshot();
            status = new Status(snapshot, hot.problems(), false, before.restartNeeded(), Instant.now());
            LOG.info(
                    same ? "configuration is right again, revision {}" : "configuration reloaded, revision {}",
                    snapshot.revision());
            warn(hot.problems());
            listener.accepted(snapshot, hot.problems());
        }
        watch(hot.files());
    }

    private static void warn(List<Problem> warnings) {
        if (!warnings.isEmpty()) {
            LOG.warn("the configuration runs, with warnings\n{}", ProblemPrinter.text(warnings));
        }
    }

    private void checkStaticFile(Path path, byte @Nullable [] bytes) {
        Boolean changed = staticFile.changed(bytes);
        if (changed != null) {
            Status before = status;
            status = new Status(before.running(), before.problems(), before.refused(), changed, Instant.now());
            String file = sources.display(path);
            LOG.warn(changed ? "{} has changed; that needs a restart" : "{} is again as it was at the start", file);
        }
    }
}
