/**
 * The routes engine, for clusters whose network has no egress gateway: an agent on each node keeps
 * a kernel route for each range of a peer to the active gateway's node, and keeps the pods' source
 * addresses from being translated on the way.
 *
 * <p>What there is to route the active gateway's RouterNode says; who is the active gateway the
 * Lease says. Both are watched, so that routes follow within moments, and what was last known stays
 * in force while the API server is away. {@link io.regionbridge.router.egress.routes.RoutePlanner}
 * is pure; {@link io.regionbridge.router.egress.routes.LinuxRouteHost} has the effects. Routes bear
 * a number of their own ({@link
 * io.regionbridge.router.egress.routes.LinuxRouteHost#ROUTE_PROTOCOL}); no other's is ever touched.
 * An agent leaves its routes in place when it stops, since they are right until somebody says
 * something else; {@link io.regionbridge.router.egress.routes.RouteAgent#cleanUp} takes everything
 * away.
 */
@NullMarked
package io.regionbridge.router.egress.routes;

import org.jspecify.annotations.NullMarked;
