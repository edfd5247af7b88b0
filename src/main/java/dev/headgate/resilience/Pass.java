// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

/**
 * One call's way through a {@link Breaker}. One of the first four is told, once, and later ones are ignored; {@link #broke} may
 * follow. Confined to the call's event loop.
 */
interface Pass {
    /** Of a call that was let in although the breaker is open: nothing is learned from it. */
    Pass UNCOUNTED = new Pass() {
        @Override
        public void succeeded(long nanos) {}

        @Override
        public void neutral() {}

        @Override
        public void failed() {}

        @Override
        public void abandoned(long nanos) {}

        @Override
        public void broke() {}
    };

    /**
     * An answer came.
     *
     * @param nanos to the first token of a stream, else to the answer
     */
    void succeeded(long nanos);

    /** An answer came that says nothing of the backend's health: the caller's fault, a limit, a refused key. It proves life, no more. */
    void neutral();

    /** The backend is at fault. */
    void failed();

    /**
     * Nobody waited for the answer, or the backend was not asked after all.
     *
     * @param nanos how long an answer had been waited for; one that had been waited for too long counts as slow
     */
    void abandoned(long nanos);

    /** A stream broke after it had begun well: its success is taken back. */
    void broke();
}
