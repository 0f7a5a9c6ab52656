/**
 * What Linux says in plain values: error numbers, capabilities, kernel settings; and questions to
 * programs over its Unix sockets. Uses the JDK only.
 */
@NullMarked
package io.regionbridge.router.linux;

import org.jspecify.annotations.NullMarked;
