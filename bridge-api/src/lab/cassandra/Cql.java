package io.regionbridge.lab;

import com.datastax.driver.core.Cluster;
import com.datastax.driver.core.ConsistencyLevel;
import com.datastax.driver.core.QueryOptions;
import com.datastax.driver.core.Row;
import com.datastax.driver.core.Session;
import com.datastax.driver.core.policies.DCAwareRoundRobinPolicy;

/**
 * A client of Cassandra: {@code Cql NODE DATACENTRE CONSISTENCY STATEMENT...}. It asks the nodes of
 * that data centre alone, and prints the first column of each row that comes back, as text.
 */
final class Cql {
  private Cql() {}

  public static void main(String[] args) {
    QueryOptions consistency =
        new QueryOptions().setConsistencyLevel(ConsistencyLevel.valueOf(args[2]));
    try (Cluster cluster =
            Cluster.builder()
                .addContactPoint(args[0])
                .withLoadBalancingPolicy(
                    DCAwareRoundRobinPolicy.builder().withLocalDc(args[1]).build())
                .withQueryOptions(consistency)
                .withoutJMXReporting()
                .withoutMetrics()
                .build();
        Session session = cluster.connect()) {
      for (int n = 3; n < args.length; n++) {
        for (Row row : session.execute(args[n])) {
          System.out.println(row.getObject(0));
        }
      }
    }
  }
}
