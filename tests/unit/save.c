/* save.c - a file is whole, or it is not there; what was there before stays. */
#include "bench/results/save.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static char folder[] = "/tmp/poolbench-save-XXXXXX";

static void begin(void)
{
    cr_assert(mkdtemp(folder) && chdir(folder) == 0);
}

static void end(void)
{
    char command[64];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_assert(chdir("/") == 0 && system(command) == 0);
}

static void expect(const char *path, const char *text)
{
    char found[256] = "";
    int file = open(path, O_RDONLY);
    cr_assert(file >= 0 && read(file, found, sizeof found - 1) >= 0);
    close(file);
    cr_assert_str_eq(found, text);
}

static int files(void)
{
    DIR *here = opendir(".");
    int count = -2;
    while (readdir(here))
        count++;
    closedir(here);
    return count;
}

/* A temporary file as a run that was killed a while ago leaves it. */
static void leave(const char *name)
{
    struct timeval hours_ago[2] = {{time(NULL) - 7200, 0}, {time(NULL) - 7200, 0}};
    close(open(name, O_CREAT | O_WRONLY, 0600));
    cr_assert(utimes(name, hours_ago) == 0);
}

Test(save, replaces_or_refuses_and_leaves_nothing, .timeout = 20, .init = begin, .fini = end)
{
    cr_assert(save_text("one\n", 4, "a.json", false) == 0);
    cr_assert(save_text("two\n", 4, "a.json", false) == -EEXIST);
    expect("a.json", "one\n");
    cr_assert(save_text("two\n", 4, "a.json", true) == 0);
    expect("a.json", "two\n");
    cr_assert(save_text("x", 1, "none/a.json", true) == -ENOENT);
    cr_assert(files() == 1);
}

Test(save, left_overs_block_nothing_and_are_cleared_away, .timeout = 20, .init = begin, .fini = end)
{
    char name[64];
    for (int i = 0; i < 50; i++) { /* also by the numbers of processes, which repeat in containers */
        snprintf(name, sizeof name, ".poolbench-%d.tmp", getpid() - 25 + i);
        leave(name);
    }
    cr_assert(save_text("one\n", 4, "a.json", true) == 0);
    expect("a.json", "one\n");
    cr_assert(files() == 1);
}

Test(save, what_somebody_writes_now_stays, .timeout = 20, .init = begin, .fini = end)
{
    int held;
    leave(".poolbench-held.tmp"); /* old, but its writer lives: it holds the lock */
    held = open(".poolbench-held.tmp", O_WRONLY);
    cr_assert(flock(held, LOCK_EX) == 0);
    close(open(".poolbench-young.tmp", O_CREAT | O_WRONLY, 0600));
    leave("poolbench-1.tmp"); /* not one of ours */
    cr_assert(save_text("one\n", 4, "a.json", true) == 0);
    cr_assert(files() == 4);
    close(held);
}

Test(save, a_file_size_limit_is_an_error_and_no_loss, .timeout = 20, .init = begin, .fini = end)
{
    struct rlimit limit = {4, RLIM_INFINITY};
    signal(SIGXFSZ, SIG_IGN);
    cr_assert(save_text("one\n", 4, "a.json", true) == 0);
    cr_assert(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    cr_assert(save_text("too long for that\n", 18, "a.json", true) == -EFBIG);
    expect("a.json", "one\n");
    cr_assert(files() == 1);
}

Test(save, a_link_is_replaced_and_not_followed, .timeout = 20, .init = begin, .fini = end)
{
    struct stat info;
    cr_assert(save_text("one\n", 4, "victim", true) == 0 && symlink("victim", "a.json") == 0);
    cr_assert(save_text("two\n", 4, "a.json", true) == 0);
    expect("victim", "one\n");
    cr_assert(lstat("a.json", &info) == 0 && S_ISREG(info.st_mode));
}

Test(save, what_cannot_be_text_is_an_error, .timeout = 20, .init = begin, .fini = end)
{
    json_t *document = json_object();
    json_object_set_new(document, "x", json_real(1));
    cr_assert(save_document(document, "a.json", true) == 0);
    expect("a.json", "{\n \"x\": 1.0\n}\n");
    json_decref(document);
}
