/* main.c - the program behind `poolbench check` and `poolbench explain`. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "bench/check/cell_process.h"
#include "bench/check/check.h"
#include "bench/check/contract.h"
#include "bench/check/explain.h"
#include "bench/commands/options.h"
#include "bench/commands/stack.h"
#include "bench/commands/streams.h"
#include "bench/json/must.h"
#include "bench/json/utf8.h"
#include "bench/machine/interrupts.h"
#include "faults/core/refusal.h"

volatile sig_atomic_t check_stop;

static void on_stop(int signal_number)
{
    (void)signal_number;
    check_stop = 1;
}

static int run(const struct check_options *options)
{
    static void (*const print[])(const struct check_matrix *, FILE *) = {[CHECK_TABLE] = check_print,
                                                                         [CHECK_JSON] = check_print_json,
                                                                         [CHECK_TAP] = check_print_tap,
                                                                         [CHECK_JUNIT] = check_print_junit};
    struct check_matrix matrix;
    char why[128];
    int error, status = EXIT_GOOD;
    if (access("/proc/self/task", R_OK | X_OK)) {
        fprintf(stderr, "poolbench: cannot judge without /proc, where the state of threads is seen: %s\n",
                strerror(errno));
        return EXIT_CANNOT;
    }
    error = check_run(&matrix, options);
    if (error) {
        fprintf(stderr, "poolbench: cannot run the cells: the machine refuses it: %s\n",
                refusal_text(-error, why, sizeof why));
        return EXIT_CANNOT;
    }
    if (options->format == CHECK_TABLE && options->repeat > 1)
        check_print_proof(&matrix, stdout);
    else if (options->format == CHECK_TABLE && options->contract)
        contract_print(&matrix, stdout);
    else
        print[options->format](&matrix, stdout);
    if (!check_is_good(&matrix))
        status = EXIT_BAD;
    else if (matrix.machine)
        status = EXIT_CANNOT;
    if (options->out && check_write(&matrix, options->out))
        status = exit_status(status, EXIT_UNWRITTEN);
    if (matrix.interrupted)
        status = EXIT_INTERRUPTED;
    check_free(&matrix);
    return status;
}

/* Not inline: its frame comes after there is room for it. */
static __attribute__((noinline)) int begin(int argc, char **argv)
{
    struct check_options options;
    char why[1024] = "";
    must_begin();
    interrupts_take(on_stop);
    if (!strcmp(argv[0], "explain"))
        return streams_close(explain_command(argc, argv));
    if (check_parse(&options, argc, argv, why, sizeof why)) {
        /* what was typed may hold anything; the message is one line */
        fprintf(stderr, "poolbench: %s\n", utf8_plain(why, false));
        return EXIT_USAGE;
    }
    if (options.help)
        return check_help(stdout), streams_close(EXIT_GOOD);
    if (options.list)
        return check_list(stdout), streams_close(EXIT_GOOD);
    return streams_close(options.cross ? check_cross(&options, stdout) : run(&options));
}

int main(int argc, char **argv)
{
    if (cell_process_is(argc, argv))
        return cell_process_main(argc, argv);
    streams_open();
    return stack_open() ? begin(argc, argv) : EXIT_CANNOT;
}
