// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

/** What becomes of a try that runs when its client leaves. */
public enum OnDisconnect {
    /** The backend is left too, so that it stops working. */
    CANCEL,
    /** Its answer is read to the end and thrown away, so that what it counted is known. */
    DRAIN
}
