/**
 * What joins the control plane and the data plane: the only place that knows both. The {@link
 * io.regionbridge.api.assembly.ZoneCompiler} makes DNS zones of the local region's directory.
 */
@NullMarked
package io.regionbridge.api.assembly;

import org.jspecify.annotations.NullMarked;
