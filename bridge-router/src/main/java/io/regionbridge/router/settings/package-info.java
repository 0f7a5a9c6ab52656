/**
 * What is configured of the regions, with the words that a setting can have. Values alone: uses
 * {@code router.net} only.
 */
@NullMarked
package io.regionbridge.router.settings;

import org.jspecify.annotations.NullMarked;
