"""The parts of bridge-dns/bench/run: what is measured (workloads), on whom (servers), how (runner, machine), and the tables."""
