/* topology.c - `poolbench topology` from outside, on a machine that is not there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

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

/* hwloc would read on for ever. */
CLI_TEST(topology, from_what_does_not_end_is_refused)
{
    char command[4600];
    cr_assert(symlink("/dev/zero", "zero.xml") == 0 && mkfifo("pipe.xml", 0600) == 0);
    cr_assert(run("topology --synthetic zero.xml") == 2 && lines(err) == 1, "%s", err);
    cr_assert(run("topology --synthetic pipe.xml") == 2 && lines(err) == 1, "%s", err);
    snprintf(command, sizeof command, "HWLOC_XMLFILE=zero.xml timeout 60 %s topology >o 2>e", program);
    cr_assert(WEXITSTATUS(system(command)) == 3);
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

/* Where a plain cpu_set_t is too small to be told into. */
CLI_TEST(topology, of_more_than_1024_cpus_is_asked_of_in_all_commands)
{
    char words[512];
    cr_assert(run_beside("many.so", "topology") == 0, "%s", err);
    cr_assert(run_beside("many.so", "run -p mutex -w empty -t 1 --rounds 1 --budget 10ms --no-figures -o x.json") == 0,
              "%s%s", out, err);
    snprintf(words, sizeof words, /* a plug-in: nothing is armed that looks at the real CPUs */
             "check --plugin %s/build/plugins/sound.so -f inherited-affinity,one-cpu --format tap", root);
    cr_assert(run_beside("many.so", words) == 0, "%s%s", out, err);
    cr_assert(!strstr(out, "nobody says"), "%s", out);
    cr_assert(sysconf(_SC_NPROCESSORS_ONLN) < 2 || !strstr(out, "there is one CPU"), "%s", out);
}
