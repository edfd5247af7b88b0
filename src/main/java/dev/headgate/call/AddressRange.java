// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An address, or all addresses that begin with the same bits (CIDR, RFC 4632 and RFC 4291, 2.3). IPv4 addresses within IPv6
 * ({@code ::ffff:10.0.0.1}) are the IPv4 addresses. Immutable; never looks a name up.
 */
public final class AddressRange {
    private static final String BYTE = "(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])";
    private static final Pattern V4 = Pattern.compile("(" + BYTE + "\\.){3}" + BYTE);
    private static final Pattern V6 = Pattern.compile("[0-9a-f:.]*:[0-9a-f:.]*");
    private static final Pattern BITS = Pattern.compile("0|[1-9][0-9]{0,2}");

    private static final int V4_BITS = 32;
    private static final int NETWORK_BITS = 64;

    private final byte[] prefix;
    private final int bits;

    private AddressRange(byte[] prefix, int bits) {
        this.prefix = prefix;
        this.bits = bits;
    }

    /** From {@code 10.0.0.0/8}, {@code fd00::/8} or a single address; null if it is none, or has bits behind its prefix. */
    public static @Nullable AddressRange of(String text) {
        int slash = text.indexOf('/');
        byte[] address = bytes(slash < 0 ? text : text.substring(0, slash));
        if (address == null) {
            return null;
        }
        int all = address.length * 8;
        if (slash < 0) {
            return new AddressRange(address, all);
        }
        String length = text.substring(slash + 1);
        if (!BITS.matcher(length).matches() || Integer.parseInt(length) > all) {
            return null;
        }
        int bits = Integer.parseInt(length);
        return Arrays.equals(address, masked(address, bits)) ? new AddressRange(address, bits) : null;
    }

    /** Whether an address lies in it; false for what is no address. A zone ({@code fe80::1%eth0}) does not matter. */
    public boolean contains(String address) {
        int zone = address.indexOf('%');
        byte[] bytes = bytes(zone < 0 ? address : address.substring(0, zone));
        return bytes != null && bytes.length == prefix.length && Arrays.equals(prefix, masked(bytes, bits));
    }

    /**
     * The name of what one customer of a network usually has: an IPv4 address, or the first 64 bits of an IPv6 address, within which
     * everybody picks addresses freely (RFC 6177, RFC 8981). What is no address stays as it is.
     */
    public static String network(String address) {
        int zone = address.indexOf('%');
        byte[] bytes = bytes(zone < 0 ? address : address.substring(0, zone));
        if (bytes == null) {
            return address;
        }
        AddressRange range = bytes.length == 4
                ? new AddressRange(bytes, V4_BITS)
                : new AddressRange(masked(bytes, NETWORK_BITS), NETWORK_BITS);
        return range.toString();
    }

    private static byte[] masked(byte[] address, int bits) {
        byte[] masked = new byte[address.length];
        for (int i = 0; i < masked.length; i++) {
            int kept = Math.clamp(bits - i * 8L, 0, 8);
            masked[i] = (byte) (address[i] & (0xff00 >> kept));
        }
        return masked;
    }

    private static byte @Nullable [] bytes(String text) {
        String plain = text.toLowerCase(Locale.ROOT);
        if (!V4.matcher(plain).matches() && !V6.matcher(plain).matches()) {
            return null;
        }
        try {
            // Digits, dots and colons are never looked up; IPv4 within IPv6 comes back as four bytes.
            return InetAddress.getByName(plain).getAddress();
        } catch (UnknownHostException e) {
            return null;
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AddressRange range && range.bits == bits && Arrays.equals(range.prefix, prefix);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(prefix) + bits;
    }

    /** As {@link #of} reads it. */
    @Override
    public String toString() {
        try {
            return InetAddress.getByAddress(prefix).getHostAddress() + '/' + bits;
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four or sixteen bytes are an address", e);
        }
    }
}
