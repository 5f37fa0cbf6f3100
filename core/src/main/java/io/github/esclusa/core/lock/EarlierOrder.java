// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.lock;

/** Where a lock was asked for the first time while another was held: never thrown, kept for its stack. */
final class EarlierOrder extends Exception {

    private static final long serialVersionUID = 1;

    EarlierOrder(String held, String taken) {
        super(taken + " was asked for while " + held + " was held, by thread '"
                + Thread.currentThread().getName() + "'");
    }
}
