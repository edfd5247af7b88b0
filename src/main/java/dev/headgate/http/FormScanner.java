// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import org.jspecify.annotations.Nullable;

/**
 * Follows the bytes of a multipart form as they pass, cut anywhere, and finds its {@code model} part and its end (RFC 2046,
 * section 5.1.1; RFC 7578). It is strict where readers differ (bare line feeds, doubtful boundaries and names), so that no form
 * shows one model to the gateway and another one to the backend.
 */
final class FormScanner {
    private static final int MAX_HEAD = 16 << 10;
    private static final String MODEL_PART = "The form's 'model' part";

    private enum State {
        TEXT,
        AFTER_BOUNDARY,
        HEAD,
        EPILOGUE
    }

    /** A line feed, two hyphens and the boundary; the carriage return before it is looked for separately. */
    private final byte[] delimiter;

    private final ByteArrayOutputStream head = new ByteArrayOutputStream(256);
    private final ByteArrayOutputStream captured = new ByteArrayOutputStream(64);
    private State state = State.TEXT;
    /** Bytes seen of all feeds. */
    private long offset;
    /** Where the text of the current part begins; -1 before the first one. */
    private long textStart = -1;

    private int matched = 1;
    private boolean afterReturn = true;
    private byte previous = '\n';
    private byte beforeTail;
    private int lineLength;
    private boolean inModel;
    private @Nullable String model;
    private long modelStart = -1;
    private long modelEnd = -1;

    FormScanner(String boundary) {
        this.delimiter = ("\n--" + boundary).getBytes(ISO_8859_1);
    }

    /** The value of the {@code model} part, or null while its end was not seen. */
    @Nullable
    String model() {
        return model;
    }

    /** The offset of the value's first byte, or -1 before it was seen. */
    long modelStart() {
        return modelStart;
    }

    /** The offset behind the value's last byte, or -1 before it was seen. */
    long modelEnd() {
        return modelEnd;
    }

    /** Whether the closing boundary was seen. */
    boolean closed() {
        return state == State.EPILOGUE;
    }

    /** Says that no more bytes come; throws a 400 if the form is not complete. */
    void finish() {
        if (!closed()) {
            throw FormFault.malformed("it ends without its closing boundary");
        }
    }

    /**
     * Takes the next bytes, of any number, and leaves the buffer's indices alone.
     *
     * @throws dev.headgate.call.CallFailure 400 if the form is malformed, or its model part unfit, or there twice
     */
    void feed(ByteBuf bytes) {
        int end = bytes.writerIndex();
        for (int i = bytes.readerIndex(); i < end; i++) {
            if (state == State.EPILOGUE) {
                offset += end - i;
                return;
            }
            if (state == State.TEXT && matched == 0 && !inModel) {
                int skipped = skipToLineFeed(bytes, i, end);
                i += skipped;
                offset += skipped;
                if (i == end) {
                    return;
                }
            }
            byte b = bytes.getByte(i);
            offset++;
            switch (state) {
                case TEXT -> text(b);
                case AFTER_BOUNDARY -> afterBoundary(b);
                case HEAD -> head(b);
                case EPILOGUE -> {}
            }
            previous = b;
        }
    }

    private int skipToLineFeed(ByteBuf bytes, int from, int end) {
        int at = bytes.indexOf(from, end, (byte) '\n');
        int to = at < 0 ? end : at;
        if (to > from) {
            previous = bytes.getByte(to - 1);
        }
        return to - from;
    }

    private void text(byte b) {
        if (inModel) {
            capture(b);
        }
        if (b == '\n') {
            matched = 1;
            afterReturn = previous == '\r';
        } else if (matched > 0) {
            matched = b == delimiter[matched] ? matched + 1 : 0;
        }
        if (matched == delimiter.length) {
            boundary();
        }
    }

    private void boundary() {
        long end = offset - delimiter.length - 1;
        if (!afterReturn) {
            throw FormFault.malformed("a boundary follows a bare line feed; lines end with CR LF");
        }
        if (textStart >= 0 && end < textStart) {
            throw FormFault.malformed("a boundary stands where a part's content begins");
        }
        if (inModel) {
            modelEnd = end;
            model = decoded((int) (end - modelStart));
            inModel = false;
        }
        matched = 0;
        beforeTail = 0;
        state = State.AFTER_BOUNDARY;
    }

    /** Two hyphens, or blanks and the end of the line. */
    private void afterBoundary(byte b) {
        if (b == '-' && beforeTail == '-') {
            state = State.EPILOGUE;
        } else if (b == '\n' && beforeTail == '\r') {
            head.reset();
            lineLength = 0;
            state = State.HEAD;
        } else if ((b == '-' && beforeTail == 0)
                || ((b == ' ' || b == '\t' || b == '\r') && beforeTail != '-' && beforeTail != '\r')) {
            beforeTail = b;
        } else {
            throw FormFault.malformed("a boundary is followed by other text on its line");
        }
    }

    private void head(byte b) {
        head.write(b);
        if (head.size() > MAX_HEAD) {
            throw FormFault.malformed("the headers of a part are longer than " + MAX_HEAD + " bytes");
        }
        if ((b == '\n') != (previous == '\r')) {
            throw FormFault.malformed("a part's header lines do not end with CR LF");
        }
        if (b != '\n') {
            lineLength++;
            return;
        }
        boolean blank = lineLength == 1;
        lineLength = 0;
        if (blank) {
            beginText();
        }
    }

    private void beginText() {
        textStart = offset;
        matched = 1;
        afterReturn = true;
        state = State.TEXT;
        if (!"model".equals(FormPartName.in(head.toString(ISO_8859_1)))) {
            return;
        }
        if (modelStart >= 0) {
            throw FormFault.model("The form has two 'model' parts.");
        }
        modelStart = offset;
        inModel = true;
    }

    private void capture(byte b) {
        captured.write(b);
        // What is held back beside the value is the beginning of a delimiter, with its carriage return.
        if (captured.size() > ModelName.MAX_LENGTH + delimiter.length + 1) {
            throw ModelName.tooLong(MODEL_PART);
        }
    }

    private String decoded(int length) {
        try {
            String text = UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(captured.toByteArray(), 0, length))
                    .toString();
            return ModelName.checked(text, MODEL_PART);
        } catch (CharacterCodingException e) {
            throw FormFault.model(MODEL_PART + " is not UTF-8.");
        }
    }
}
