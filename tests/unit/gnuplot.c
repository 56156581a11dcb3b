/* gnuplot.c - no text runs anything: every byte and every quote comes out of gnuplot as
 * it went in, or as "?". */
#include "bench/figures/gnuplot.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static char folder[] = "/tmp/poolbench-gnuplot-XXXXXX";
static int folder_fd;

static void begin(void)
{
    cr_assert(mkdtemp(folder));
    folder_fd = open(folder, O_RDONLY | O_DIRECTORY);
}

static void end(void)
{
    close(folder_fd);
    rmdir(folder); /* fails, and the next test sees it, if anything was made there */
}

/* What gnuplot has in a variable after it was told the text. */
static void heard(const char *text, char *out, size_t size)
{
    char script[8192] = "set print '/proc/self/fd/3'\n", why[256];
    int answer = memfd_create("answer", 0);
    ssize_t length;
    cr_assert(gnuplot_say(script, sizeof script, "t", text), "%s", text);
    strcat(script, "print t\n");
    cr_assert(gnuplot_run(script, folder_fd, answer, why, sizeof why) == 0, "[%s] %s", text, why);
    length = pread(answer, out, size - 1, 0);
    out[length > 0 ? length - 1 : 0] = '\0'; /* without print's newline */
    close(answer);
    cr_assert(faccessat(folder_fd, "pwned", F_OK, 0) != 0, "[%s] ran", text);
}

Test(gnuplot, every_byte_comes_back, .timeout = 60, .init = begin, .fini = end)
{
    char text[600] = "", expected[600] = "", got[700];
    size_t at = 0;
    for (int byte = 1; byte < 256; byte++) {
        text[at] = (char)byte;
        expected[at++] = (byte < ' ' && byte != '\n') || byte >= 0x7f ? '?' : (char)byte;
        text[at] = expected[at] = ' '; /* so that no two make a character */
        at++;
    }
    text[at] = expected[at] = 'x';
    heard(text, got, sizeof got);
    cr_assert_str_eq(got, expected);
}

Test(gnuplot, nothing_runs, .timeout = 60, .init = begin, .fini = end)
{
    static const char *const texts[] = {"`touch pwned`",
                                        "'`touch pwned`'",
                                        "\"`touch pwned`\"",
                                        "\".system(\"touch pwned\").\"",
                                        "'.system('touch pwned').'",
                                        "''.system('touch pwned').''",
                                        "\\'.system('touch pwned')#",
                                        "'\nsystem('touch pwned')\n'",
                                        "$(touch pwned)",
                                        "@names @leaders",
                                        "!touch pwned",
                                        "'; !touch pwned",
                                        "%s%n%d",
                                        "\\\"`touch pwned`\\",
                                        "\xc3\xa9 \xe2\x82\xac `touch pwned`",
                                        "'"};
    char got[300];
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        heard(texts[i], got, sizeof got);
        cr_assert_str_eq(got, texts[i]);
    }
}

Test(gnuplot, a_text_that_does_not_fit_is_left_out_whole, .timeout = 20)
{
    char out[40] = "a = 1\n";
    cr_assert(!gnuplot_say(out, sizeof out, "name", "a text that is too long for what is left there"));
    cr_assert_str_eq(out, "a = 1\n");
    for (size_t size = 0; size < sizeof out + 24; size++) {
        char small[64] = "";
        if (gnuplot_say(small, size, "n", "it's\n'"))
            cr_assert(strlen(small) < size && !strcmp(small, "n = 'it'.\"'\".'s'.\"\\n\".''.\"'\".''\n"), "%s", small);
        else
            cr_assert_str_empty(small);
    }
}

Test(gnuplot, that_complains_is_an_error_with_its_words, .timeout = 60, .init = begin, .fini = end)
{
    char why[256];
    int out = memfd_create("out", 0);
    cr_assert(gnuplot_run("plot nonsense(\n", folder_fd, out, why, sizeof why) == -EIO);
    cr_assert(*why);
    close(out);
}
