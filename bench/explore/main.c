/* main.c - the program behind `poolbench explore`. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/commands/options.h"
#include "bench/commands/stack.h"
#include "bench/commands/streams.h"
#include "bench/explore/command.h"
#include "bench/json/must.h"
#include "bench/json/utf8.h"
#include "bench/machine/interrupts.h"
#include "pools/core/topology.h"

volatile sig_atomic_t command_stop;
bool command_moves;

static void on_stop(int signal_number)
{
    (void)signal_number;
    command_stop = 1;
}

/* The pools of c11 are compiled with the fences of other processors: another program, beside this one. */
static int change_program(char **argv, const struct command_options *options)
{
    static const char ending[] = "-c11";
    char path[4096 + sizeof ending];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - sizeof ending);
    if (length <= 0)
        return fprintf(stderr, "poolbench: cannot find the program for c11: /proc/self/exe: %s\n", strerror(errno)),
               EXIT_CANNOT;
    path[length] = '\0';
    if (options->memory != COMMAND_C11 ||
        ((size_t)length > strlen(ending) && !strcmp(path + length - strlen(ending), ending)))
        return EXIT_GOOD;
    strcpy(path + length, ending);
    execv(path, argv);
    fprintf(stderr, "poolbench: cannot start %s: %s (it is built and installed with poolbench)\n", path,
            strerror(errno));
    return EXIT_CANNOT;
}

/* In one line, for all ways in which a pool cannot be begun with. */
static int cannot(const struct pool_ops *ops, int error)
{
    if (error == -EBUSY)
        return fprintf(stderr,
                       "poolbench: --plugin: a thread was started when it was loaded, and that one cannot be followed: "
                       "threads may be started by pool_open\n"),
               EXIT_USAGE;
    fprintf(stderr, "poolbench: cannot explore %s: the machine refuses it: %s\n", ops->name, strerror(-error));
    return EXIT_CANNOT;
}

static int status_of(const struct command_finding *finding)
{
    return finding->found ? EXIT_BAD : finding->cannot ? EXIT_CANNOT : EXIT_GOOD;
}

/* All pools; a failure counts for more than one that cannot be followed. */
static int explore_all(const struct command_options *options)
{
    struct command_finding *findings = calloc((size_t)options->pool_count, sizeof *findings);
    int count = 0, status = EXIT_GOOD, error;
    must_memory(findings);
    for (; count < options->pool_count && !command_stop; count++) {
        error = command_hunt(&findings[count], options, options->pools[count]);
        if (error) {
            status = cannot(options->pools[count], error);
            break;
        }
        if (options->format == COMMAND_TABLE) {
            fputs(count ? "\n" : "", stdout);
            command_report(&findings[count], options, stdout);
            fflush(stdout);
        }
        if (status != EXIT_BAD && status_of(&findings[count]) != EXIT_GOOD)
            status = status_of(&findings[count]);
    }
    if (options->format == COMMAND_TABLE && count < options->pool_count)
        command_report_left(options, count, stdout);
    if (options->format == COMMAND_JSON)
        command_print_json(findings, count, options, stdout);
    if (options->format == COMMAND_JUNIT)
        command_print_junit(findings, count, options, stdout);
    if (options->out && count && command_write(findings, count, options))
        status = exit_status(status, EXIT_UNWRITTEN);
    for (int i = 0; i < count; i++)
        command_finding_free(&findings[i]);
    free(findings);
    return command_stop ? EXIT_INTERRUPTED : status;
}

/* Not inline: its frame comes after there is room for it. */
static __attribute__((noinline)) int begin(int argc, char **argv)
{
    struct command_options options;
    struct topology found;
    char why[1024] = "";
    int error;
    must_begin();
    interrupts_take(on_stop);
    if (command_parse(&options, argc, argv, why, sizeof why)) {
        /* what was typed may hold anything; the message is one line */
        fprintf(stderr, "poolbench: %s\n", utf8_plain(why, false));
        return EXIT_USAGE;
    }
    if (options.help)
        return command_help(stdout), streams_close(EXIT_GOOD);
    if (options.list)
        return command_list(stdout), streams_close(EXIT_GOOD);
    error = change_program(argv, &options);
    if (error)
        return error;
    if (options.replay_build >= 0 && options.replay_build != (int)command_build()) {
        fprintf(stderr, "poolbench: --replay: that seed is of another build of the program or of the plug-in: here it "
                        "would be another schedule\n");
        return EXIT_USAGE;
    }
    if (options.freeze)
        topology_read(&found); /* once, and in no schedule: one of the scenarios binds workers to CPUs */
    error = explore_open(options.lines ? EXPLORE_THREADS_MAX : COMMAND_THREADS, NULL);
    if (error)
        return cannot(options.pools[0], error);
    return streams_close(options.lines ? command_lines(&options, stdout) : explore_all(&options));
}

int main(int argc, char **argv)
{
    streams_open();
    command_moves = !explore_fix_addresses(argv);
    return stack_open() ? begin(argc, argv) : EXIT_CANNOT;
}
