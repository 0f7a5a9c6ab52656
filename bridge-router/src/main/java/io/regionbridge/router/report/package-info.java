/** What the control plane says of itself and of regions in Kubernetes' objects. Pure. */
@NullMarked
package io.regionbridge.router.report;

import org.jspecify.annotations.NullMarked;
