// SPDX-License-Identifier: Apache-2.0
package dev.headgate.testkit;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.JksOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A self-signed certificate for localhost and 127.0.0.1, made by the JDK's keytool when a test first needs one. */
public final class TestCertificate {
    private static final String PASSWORD = "fake-upstream";

    private final Buffer store;
    private final String pem;

    private TestCertificate(Buffer store, String pem) {
        this.store = store;
        this.pem = pem;
    }

    public static TestCertificate get() {
        return Holder.MADE;
    }

    /** Another one for the same names, with a key of its own. */
    public static TestCertificate another() {
        return make();
    }

    /** The certificate in PEM, to be trusted as an authority. */
    public String pem() {
        return pem;
    }

    /** A context of clients that trust this certificate and no other. */
    public SSLContext trusting() {
        try {
            var keys = KeyStore.getInstance("JKS");
            keys.load(new ByteArrayInputStream(store.getBytes()), PASSWORD.toCharArray());
            var trust = KeyStore.getInstance(KeyStore.getDefaultType());
            trust.load(null, null);
            trust.setCertificateEntry("fake", keys.getCertificate("fake"));
            var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(trust);
            var context = SSLContext.getInstance("TLS");
            context.init(null, factory.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The private key in PEM (PKCS 8), for servers that read files. */
    public String privateKeyPem() {
        try {
            var keys = KeyStore.getInstance("JKS");
            keys.load(new ByteArrayInputStream(store.getBytes()), PASSWORD.toCharArray());
            var encoder = Base64.getMimeEncoder(64, new byte[] {'\n'});
            return "-----BEGIN PRIVATE KEY-----\n"
                    + encoder.encodeToString(
                            keys.getKey("fake", PASSWORD.toCharArray()).getEncoded())
                    + "\n-----END PRIVATE KEY-----\n";
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    JksOptions keys() {
        return new JksOptions().setValue(store).setPassword(PASSWORD);
    }

    private static TestCertificate make() {
        try {
            var folder = Files.createTempDirectory("fake-upstream");
            var file = folder.resolve("keys.jks");
            var pem = folder.resolve("cert.pem");
            keytool(
                    file,
                    "-genkeypair",
                    "-keyalg",
                    "EC",
                    "-dname",
                    "CN=localhost",
                    "-validity",
                    "2",
                    "-keypass",
                    PASSWORD,
                    "-storetype",
                    "JKS",
                    "-ext",
                    "san=dns:localhost,ip:127.0.0.1",
                    "-ext",
                    "bc=ca:true");
            keytool(file, "-exportcert", "-rfc", "-file", pem.toString());
            var made = new TestCertificate(Buffer.buffer(Files.readAllBytes(file)), Files.readString(pem));
            Files.delete(file);
            Files.delete(pem);
            Files.delete(folder);
            return made;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void keytool(Path store, String verb, String... options) throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.add(verb);
        command.addAll(List.of("-alias", "fake", "-keystore", store.toString(), "-storepass", PASSWORD));
        command.addAll(List.of(options));
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            if (process.waitFor() != 0) {
                throw new IOException("keytool " + verb + " failed with " + process.exitValue());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private static final class Holder {
        static final TestCertificate MADE = make();
    }
}
