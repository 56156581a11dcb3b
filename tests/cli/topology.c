/* topology.c - `poolbench topology` from outside, on a machine that is not there. */
#include <string.h>

#include "tests/cli/program.h"

CLI_TEST(topology, shows_this_machine)
{
    cr_assert(run("topology") == 0 && strstr(out, "usable CPU") && strstr(out, "\ncore ") && strstr(out, "\nspread "),
              "%s", out);
}

CLI_TEST(topology, shows_a_machine_that_is_not_there)
{
    cr_assert(run("topology --synthetic 'pack:2 l3:2 core:4 pu:2' -t 4 --producers 2") == 0, "%s", err);
    cr_assert(strstr(out, "32 usable CPUs, 16 cores, 2 packages") && strstr(out, "Core 15  cpu 30  cpu 31"), "%s", out);
    cr_assert(strstr(out, "\ncompact     workers 0 1 2 3   producers 31 30") &&
                  strstr(out, "\nspread      workers 0 16 8 24 "),
              "%s", out);
    cr_assert(run("topology --synthetic 'pack:2 core:2 pu:1' --pin 0,3 -t 2") == 0 &&
                  strstr(out, "\n0,3         workers 0 3"),
              "%s", out);
    EXPECT_BAD({"huh", "topology --synthetic huh:3"}, {"--pin", "topology --pin nowhere"},
               {"what is", "topology extra"}, {"twice", "topology --pin core,core"});
}

CLI_TEST(topology, placement_is_a_dimension_of_a_run)
{
    cr_assert(run("run -p ring -w empty -t 1 --pin core,none --rounds 1 --budget 10ms --no-figures -o x.json") == 0,
              "%s", err);
    cr_assert(strstr(out, "pin=core") && strstr(out, "pin=none"), "%s", out);
    cr_assert(strstr(out, "placements ") && strstr(out, "ring/empty/t1") &&
                  strstr(out, "x core (1 round: no interval)"),
              "%s", out);
}
