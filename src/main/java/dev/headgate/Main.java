// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import dev.headgate.config.ConfigLoader;
import dev.headgate.config.ConfigSources;
import dev.headgate.config.ConfigWatcher;
import dev.headgate.config.HeadgateFile;
import dev.headgate.config.LoadResult;
import dev.headgate.config.Problem;
import dev.headgate.config.ProblemPrinter;
import dev.headgate.http.Times;
import dev.headgate.telemetry.Logging;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code headgate run}: loads the files, starts the gateway and stops it well. */
public final class Main {
    private static final int BAD_CONFIGURATION = 78;
    private static final int CANNOT_START = 1;
    private static final Duration SLOW_TURN = Duration.ofSeconds(1);
    private static final long STOP_LIMIT_SECONDS = 3_600;

    private Main() {}

    /**
     * Runs until the process is told to stop.
     *
     * @param routes replaces the {@code files} of the static file if not empty
     * @return the exit code: 0, 1 if it could not start, 78 (EX_CONFIG of sysexits.h) if the files are wrong
     */
    public static int run(Path config, List<Path> routes, @Nullable Integer port, @Nullable Integer adminPort) {
        ConfigSources sources = new ConfigSources(config, routes, System.getenv());
        switch (ConfigLoader.load(sources)) {
            case LoadResult.Refused(List<Problem> problems) -> {
                System.err.print(ProblemPrinter.text(problems));
                return BAD_CONFIGURATION;
            }
            case LoadResult.Loaded loaded -> {
                HeadgateFile settings = loaded.settings().withPorts(port, adminPort);
                return serve(sources, new LoadResult.Loaded(settings, loaded.snapshot(), loaded.warnings()));
            }
        }
    }

    private static int serve(ConfigSources sources, LoadResult.Loaded loaded) {
        HeadgateFile settings = loaded.settings();
        Logging.Format format =
                Logging.Format.valueOf(settings.telemetry().logs().name());
        Logging.configure(format, Logging.isTerminal());
        boolean json = format == Logging.Format.JSON || (format == Logging.Format.AUTO && !Logging.isTerminal());
        Logger log = LoggerFactory.getLogger("headgate");
        Gateway gateway;
        try {
            gateway = Gateway.start(loaded, eventLoops(), SLOW_TURN, Times.DEFAULT)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(60, TimeUnit.SECONDS);
        } catch (Exception e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            System.err.println("Headgate could not start: " + cause.getMessage());
            return CANNOT_START;
        }
        Future<ConfigWatcher> watcher = ConfigWatcher.start(gateway.vertx(), sources, loaded, gateway);
        List<String> lines = Banner.lines(loaded, gateway, sources);
        lines.forEach(json ? log::info : System.out::println);
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(gateway, watcher, log, stopped), "stop"));
        try {
            stopped.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return 0;
    }

    private static void stop(Gateway gateway, Future<ConfigWatcher> watcher, Logger log, CountDownLatch stopped) {
        log.info("Stopping: no longer ready, running calls may end");
        watcher.onSuccess(ConfigWatcher::close);
        try {
            gateway.drain().toCompletionStage().toCompletableFuture().get(STOP_LIMIT_SECONDS, TimeUnit.SECONDS);
            log.info("Stopped");
        } catch (Exception e) {
            log.error("Stopped before everything had ended", e);
        }
        Logging.stop();
        stopped.countDown();
        // A process that was asked to stop and did stop has succeeded; the JVM would say 143.
        Runtime.getRuntime().halt(0);
    }

    /** One per processor; {@code -Dheadgate.eventLoops=N} (1 to 256) says otherwise, for tuning and measuring. */
    private static int eventLoops() {
        int asked =
                Integer.getInteger("headgate.eventLoops", Runtime.getRuntime().availableProcessors());
        return Math.clamp(asked, 1, 256);
    }
}
