/**
 * Files that change while the process runs. Knows when the content changed, not what it means. Uses
 * the JDK and slf4j only.
 */
@NullMarked
package io.regionbridge.router.file;

import org.jspecify.annotations.NullMarked;
