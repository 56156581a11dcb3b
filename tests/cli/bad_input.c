/* bad_input.c - the program from outside: bad input for every option. */
#include <stdlib.h>
#include <string.h>

#include "tests/cli/program.h"

CLI_TEST(bad_input, commands)
{
    EXPECT_BAD({"frobnicate", "frobnicate"}, {"no command", ""}, {"\"list\"", "lisst"}, {"nosuch", "list nosuch"},
               {"extra", "list pools extra"}, {"extra", "run extra"}, {"nosuch", "help nosuch"}, {"plot", "plot"},
               {"nosuch", "plot nosuch"}, {"nosuch.json", "plot nosuch.json"});
}

CLI_TEST(bad_input, unknown_options)
{
    EXPECT_BAD({"--frob", "run --frob"}, {"--rounds", "run --roundz 3"}, {"-x", "run -x"},
               {"--rounds", "list --rounds 3 pools"}, {"--dry-run", "run --dry-run=yes"}, {"-p", "run -p"},
               {"--rounds", "run --rounds"}, {"twice", "run --rounds 3 --rounds 4"});
}

CLI_TEST(bad_input, pools)
{
    EXPECT_BAD({"nosuch", "run -p nosuch"}, {"\"steal\"", "run -p stael"}, {"twice", "run -p ring,ring"},
               {"\"\"", "run -p ring,"}, {"\"\"", "run -p ''"});
}

CLI_TEST(bad_input, workloads)
{
    EXPECT_BAD({"nosuch", "run -w nosuch"}, {"banana", "run -w cpu:size=banana"}, {"nosuch", "run -w cpu:nosuch=1"},
               {"\"empty\"", "run -w empyt"}, {"normal", "run -w cpu:dist=normal"}, {"twice", "run -w cpu -w cpu"},
               {"0", "run -w empty:batch=0"}, {"99s", "run -w cpu:size=99s"});
}

CLI_TEST(bad_input, workers)
{
    EXPECT_BAD({"0", "run -t 0"}, {"-1", "run -t -1"}, {"99999999999999999999", "run -t 99999999999999999999"},
               {"1025", "run -t 1025"}, {"two", "run -t two"}, {"1.5", "run -t 1.5"}, {"twice", "run -t 1,1"},
               {"\"\"", "run -t 1,,2"});
}

CLI_TEST(bad_input, numbers)
{
    EXPECT_BAD({"0", "run --producers 0"}, {"x", "run --producers x"}, {"0", "run --capacity 0"},
               {"-5", "run --capacity -5"}, {"17M", "run --capacity 17M"}, {"1k1", "run --capacity 1k1"},
               {"0", "run --rounds 0"}, {"many", "run --rounds many"}, {"-1", "run --seed -1"},
               {"seed", "run --seed seed"}, {"10001", "run --rounds 10001"});
}

CLI_TEST(bad_input, times)
{
    EXPECT_BAD({"5", "run --budget 5"}, {"soon", "run --budget soon"}, {"0s", "run --budget 0s"},
               {"-1s", "run --budget -1s"}, {"1", "run --full-timeout 1"}, {"-1ms", "run --full-timeout -1ms"},
               {"--full timeout", "run --full-timeout 5ms"}, {"reject", "run --full reject --full-timeout 5ms"},
               {"2", "run --spin 2"}, {"2s", "run --spin 2s"});
}

CLI_TEST(bad_input, policies_placements_and_formats)
{
    EXPECT_BAD({"sideways", "run --full sideways"}, {"\"block\"", "run --full blok"}, {"nowhere", "run --pin nowhere"},
               {"4095", "run --pin 4095"}, {"numa:77", "run --pin numa:77"}, {"yaml", "run --format yaml"},
               {"\"json\"", "run --format jsn"});
}

CLI_TEST(bad_input, output_files)
{
    EXPECT_BAD({"/nonexistent/dir/x.json", "run -o /nonexistent/dir/x.json -p inline -w empty"},
               {"/tmp", "run -o /tmp"}, {"/tmp/", "run -o /tmp/"}, {"-o", "run -o ''"},
               {"/dev/null", "run -o /dev/null"});
}

CLI_TEST(bad_input, a_file_that_is_no_result_is_not_overwritten)
{
    char text[64] = "";
    cr_assert(system("echo 'my thesis' >thesis.txt; echo '{\"program\": \"other\"}' >other.json") == 0);
    cr_assert(run("run -p mutex -w empty -t 1 --rounds 1 --budget 10ms -o thesis.txt") == 2 && lines(err) == 1);
    cr_assert(strstr(err, "thesis.txt") && strstr(err, "no result of poolbench"), "%s", err);
    slurp("thesis.txt", text, sizeof text);
    cr_assert(!strcmp(text, "my thesis\n"));
    cr_assert(run("run -p mutex -w empty -t 1 --rounds 1 --budget 10ms -o other.json") == 2);
    cr_assert(run("limits -o thesis.txt") == 2 && run("check -p mutex -f late-add -o other.json") == 2);
    /* Its own, and what holds nothing, may be replaced. */
    cr_assert(system(": >empty.json") == 0);
    cr_assert(run("run -p mutex -w empty -t 1 --rounds 1 --budget 10ms --no-figures -o empty.json") == 0, "%s", err);
    cr_assert(run("run -p mutex -w empty -t 1 --rounds 1 --budget 10ms --no-figures -o empty.json") == 0, "%s", err);
    cr_assert(run("check -p mutex -f late-add -o check.json") == 0, "%s", err);
    cr_assert(run("check -p mutex -f late-add -o check.json") == 0, "%s", err);
}

CLI_TEST(bad_input, until)
{
    EXPECT_BAD({"--until x", "run --until x"}, {"--until 0", "run --until 0%"}, {"--until 101", "run --until 101%"},
               {"--until 0x2", "run --until 0x2%"}, {"--until  2", "run --until ' 2%'"},
               {"--until", "sweep --slo p99=5ms -w burst:of=cpu --until 2%"});
}

CLI_TEST(bad_input, results)
{
    EXPECT_BAD(
        {"sideways", "run -w slow-consumer --results sideways"}, {"\"block\"", "run -w slow-consumer --results blok"},
        {"twice", "run -w slow-consumer --results drop,drop"}, {"slow-consumer", "run -w empty --results block"},
        {"slow-consumer", "run --results block"}, {"0", "run -w slow-consumer --results-capacity 0"},
        {"x", "run -w slow-consumer --results-capacity x"}, {"twice", "run -w slow-consumer --results-capacity 4,4"},
        {"--results-capacity", "run -w cpu --results-capacity 4"},
        {"throttle", "run -w slow-consumer --results throttle --full drop-oldest"});
}

CLI_TEST(bad_input, parameters_of_workloads)
{
    EXPECT_BAD({"\"file\"", "run -w io:op=fle"}, {"port", "run -w io:op=socket,port=65536"},
               {"writes", "run -w io:op=file,writes=101"}, {"cpu", "run -w io:cpu=20"},
               {"bytes", "run -w io:bytes=65537"}, {"take", "run -w slow-consumer:take=1"},
               {"dies", "run -w slow-consumer:dies=-1"}, {"jobs", "run -w cancel:jobs=deaf"},
               {"n=17", "run -w tree:op=queens,n=17"}, {"shape", "run -w tree:shape=T9"},
               {"\"fob\"", "run -w tree:fob"}, {"look", "run -w cancel:look=0ns"},
               {"\"pause\"", "run -w slow-consumer:paus=1ms"});
}
