# shellcheck shell=bash
# The bridge on each router node, started as the chart starts it.

up_bridges() { :; }
