/* tool.c - what other people's programs get, and that none keeps us for ever. */
#include "bench/machine/tool.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/core/kit.h"

/* Runs a shell's words; what was printed is in `text`. */
static int shell(struct tool tool, const char *command, char *text, size_t size, int *status)
{
    char *const words[] = {"sh", "-c", (char *)(uintptr_t)command, NULL};
    ssize_t length;
    int error;
    tool.words = words;
    tool.out = memfd_create("out", MFD_CLOEXEC);
    error = tool_run(&tool, status);
    length = pread(tool.out, text, size - 1, 0);
    text[length > 0 ? length : 0] = '\0';
    close(tool.out);
    return error;
}

Test(tool, gets_what_it_was_given, .timeout = 20)
{
    static const char *const settings[] = {"COLOUR=blue", NULL};
    struct tool tool = {.settings = settings, .third = memfd_create("third", MFD_CLOEXEC)};
    char text[256];
    int status;
    tool.folder = open("/usr", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    cr_assert(shell(tool, "pwd; echo $COLOUR >&2; cat; echo three >&3; exit 7", text, sizeof text, &status) == 0);
    cr_assert_str_eq(text, "/usr\nblue\n");
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    cr_assert(pread(tool.third, text, 6, 0) == 6 && !memcmp(text, "three\n", 6));
}

Test(tool, that_is_not_there_is_said, .timeout = 20)
{
    char *const words[] = {"no-such-program-anywhere", NULL};
    struct tool tool = {.words = words, .out = open("/dev/null", O_WRONLY)};
    int status;
    cr_assert(tool_run(&tool, &status) == -ENOENT);
}

static pid_t named;

static bool is_gone(void)
{
    return kill(named, 0) && errno == ESRCH;
}

/* It, and what it has started. */
Test(tool, that_does_not_end_is_ended, .timeout = 30)
{
    char text[256];
    int status;
    cr_assert(shell((struct tool){.seconds = 1}, "sleep 1000 & echo $!; wait", text, sizeof text, &status) ==
              -ETIMEDOUT);
    cr_assert(WIFSIGNALED(status));
    named = (pid_t)atoi(text);
    cr_assert(named > 1);
    KIT_UNTIL(is_gone());
}

Test(tool, that_leaves_something_running_leaves_nothing, .timeout = 30)
{
    char text[256];
    int status;
    cr_assert(shell((struct tool){0}, "sleep 1000 & echo $!", text, sizeof text, &status) == 0 && status == 0);
    named = (pid_t)atoi(text);
    cr_assert(named > 1);
    KIT_UNTIL(is_gone());
}

Test(tool, is_ended_by_an_interrupt, .timeout = 20)
{
    volatile sig_atomic_t stop = 1;
    char text[256];
    int status;
    cr_assert(shell((struct tool){.stop = &stop}, "sleep 1000", text, sizeof text, &status) == -EINTR);
}
