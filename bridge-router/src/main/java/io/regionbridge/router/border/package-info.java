/**
 * The border: what is believed of all that is said of peer regions, whoever says it. Claims of the
 * configuration, of Region objects, of peers' API servers and of the overlay pass the same checks
 * and the same precedence here before anything is made of them.
 */
@NullMarked
package io.regionbridge.router.border;

import org.jspecify.annotations.NullMarked;
