/* words.c - the program from outside: what it says of itself, and what the shell completes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cli/program.h"

/* The man page is made of these. */
CLI_TEST(words, each_command_says_its_exit_statuses)
{
    static const char *const commands[] = {"run",  "sweep", "check",   "explain", "explore",
                                           "list", "plot",  "compare", "limits",  "topology"};
    char command[64];
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        snprintf(command, sizeof command, "help %s", commands[i]);
        cr_assert(run(command) == 0 && strstr(out, "Exit status: "), "%s", commands[i]);
    }
}

CLI_TEST(words, list_names_what_there_is)
{
    static const char *const pools[] = {"inline", "mutex", "ring", "spawn", "steal", "textbook"};
    char *line = out;
    cr_assert(run("list pools") == 0);
    for (int i = 0; i < 6; i++) {
        cr_assert(!strncmp(line, pools[i], strlen(pools[i])) && line[strlen(pools[i])] == ' ', "%s", line);
        line = strchr(line, '\n') + 1;
    }
    cr_assert(run("list") == 0 && !strncmp(out, "inline ", 7) && strstr(out, "\ntextbook ") &&
              strstr(out, "\n\nburst ") && strstr(out, "\nwakeup "));
    cr_assert(run("list workloads") == 0);
    cr_assert(!strncmp(out, "burst ", 6) && strstr(out, "\ncancel ") && strstr(out, "\ncpu ") &&
              strstr(out, "\nempty ") && strstr(out, "\nio ") && strstr(out, "\nslow-consumer ") &&
              strstr(out, "\nmemory ") && strstr(out, "\ntree ") && strstr(out, "\nwakeup "));
}

/* Of many names as many as there is room for, each whole, and how many more there are. */
CLI_TEST(words, no_name_of_a_list_is_cut)
{
    static char faults[1 << 16], name[64];
    const char *end = NULL;
    int named = 0, more = 0, all = 0;
    cr_assert(run("check --list") == 0);
    snprintf(faults, sizeof faults, "%s", out);
    cr_assert(run("check -f nosuch") == 2 && (end = strstr(err, "(faults: ")), "%s", err);
    for (const char *at = end + strlen("(faults: "); sscanf(at, "%63[^ ,)]", name) == 1; named++) {
        const char *row = strstr(faults, name);
        cr_assert(row && (row == faults || row[-1] == '\n') && row[strlen(name)] == ' ', "\"%s\" is no fault: %s", name,
                  err);
        at += strlen(name) + 2;
        if (!strncmp(at, "and ", 4))
            break;
    }
    named++;
    cr_assert((end = strstr(err, ", and ")) && sscanf(end, ", and %d more)", &more) == 1, "%s", err);
    for (const char *row = faults; (row = strchr(row, '\n')); row++)
        all++;
    cr_assert(named + more == all, "%d and %d of %d: %s", named, more, all, err);
}

CLI_TEST(words, help_and_version)
{
    static const char *const libraries[] = {"hwloc ",    "jemalloc ", "jansson ", "gsl ",
                                            "sqlite 3.", "zlib 1.",   "nettle ",  "glibc "};
    cr_assert(run("--help") == 0 && strstr(out, "usage:") && !*err);
    cr_assert(run("help run") == 0 && strstr(out, "--rounds N") && strstr(out, "size=1us"));
    cr_assert(run("run --help") == 0 && strstr(out, "--dry-run"));
    cr_assert(run("list --help") == 0 && run("plot -h") == 0 && run("help") == 0);
    cr_assert(run("--version") == 0 && strstr(out, "poolbench ") && strstr(out, "flags"));
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++)
        cr_assert(strstr(strstr(out, "\nlibraries "), libraries[i]), "no %s: %s", libraries[i], out);
    cr_assert(files_here() == 0);
}

/* No line of help is longer than a terminal of 80 columns, of any command; a command to copy goes on below a
 * backslash, and is one line where no width is known. */
CLI_TEST(words, help_fits_eighty_columns)
{
    char commands[32][16] = {""}, command[64];
    size_t count = 1;
    cr_assert(run("help") == 0);
    for (char *line = strtok(out, "\n"); line && count < 32; line = strtok(NULL, "\n"))
        if (!strncmp(line, "  ", 2) && sscanf(line + 2, "%15[a-z]", commands[count]) == 1)
            count++;
    cr_assert(count > 15, "%zu commands", count);
    cr_assert(run("help duet") == 0 && strstr(out, "-w cpu:size=1us -t 2 --undecided fail\n") && !strstr(out, "\\\n"));
    setenv("COLUMNS", "80", 1);
    for (size_t i = 0; i < count; i++) {
        snprintf(command, sizeof command, "help %s", commands[i]);
        cr_assert(run(command) == 0, "%s", command);
        for (char *rest = out, *line; (line = strsep(&rest, "\n"));)
            cr_assert(strlen(line) <= 80, "%s: %s", command, line);
    }
    unsetenv("COLUMNS");
}

CLI_TEST(words, dry_run_measures_and_writes_nothing)
{
    cr_assert(run("run --dry-run") == 0);
    cr_assert(strstr(out, "ring/empty/t1") && strstr(out, "textbook/cpu:size=1us/") && strstr(out, "about"), "%s", out);
    cr_assert(strstr(out, "steal/io:op=file/") && strstr(out, "spawn/slow-consumer:") && strstr(out, "/throttle-8") &&
              strstr(out, "mutex/cancel:jobs=poll/"));
    cr_assert(files_here() == 0);
}

/* bash completes commands, and what can be named. */
CLI_TEST(completion, names_what_there_is)
{
    char command[16384];
    snprintf(command, sizeof command,
             "cp $(dirname %s)/docs/poolbench.bash . && bash -c '. ./poolbench.bash; t() { COMP_WORDS=(\"$@\"); "
             "COMP_CWORD=$(($#-1)); "
             "_poolbench; echo \"${COMPREPLY[*]}\"; }; t %s li; t %s run -p ri; t %s run -p ring,mu; t %s check -f "
             "late-a' >o; "
             "rm poolbench.bash",
             program, program, program, program, program);
    cr_assert(system(command) == 0);
    slurp("o", out, sizeof out);
    cr_assert(!strcmp(out, "list limits\nring\nring,mutex\nlate-add\n"), "%s", out);
    remove("o");
}

/* Where an option wants a value nobody is offered another option. */
CLI_TEST(completion, offers_no_option_in_the_place_of_a_value)
{
    char command[16384];
    snprintf(
        command, sizeof command,
        "cp $(dirname %s)/docs/poolbench.bash . && bash -c '. ./poolbench.bash; p=%s; "
        "for c in $(COLUMNS= $p --help | awk \"/^  [a-z]+ / {print \\$1}\"); do "
        "for o in $(COLUMNS= $p $c --help | grep -oE \"^ +(-[a-z], )?--[a-z-]+ [^ ]\" | grep -oE -- \"--[a-z-]+\"); do "
        "COMP_WORDS=($p $c $o \"\"); COMP_CWORD=3; COMPREPLY=(); _poolbench; n=$((n + 1)); "
        "case \" ${COMPREPLY[*]}\" in *\" --\"*) echo \"$c $o\";; esac; done; done; echo $n' >o 2>/dev/null; "
        "rm poolbench.bash",
        program, program);
    cr_assert(system(command) == 0);
    slurp("o", out, sizeof out);
    cr_assert(lines(out) == 1 && atoi(out) > 100, "%s", out);
    remove("o");
}
