/* ci_kit.c - see ci_kit.h. */
#include "tests/cli/ci_kit.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/cli/program.h"

void ci_kit_repository(void)
{
    program_tools();
    cr_assert(program_shell(
                  ".",
                  "mkdir repo && cd repo && git init -q . && git config user.name t && git config user.email t@t && "
                  "cp \"$OWN/build/plugins/mine.c\" mine.c && "
                  "printf 'plugin:\\n\\tmkdir -p build\\n\\tcc -O2 -shared -fPIC -falign-functions=64 "
                  "-Wl,-Bsymbolic -I\"$(OWN)/build/include\" -o build/plugin.so mine.c\\n' >Makefile && "
                  "echo build >.gitignore && git add -A && git commit -qm one && "
                  "echo '/* two */' >>mine.c && git commit -qam two") == 0,
              "%s", out);
    setenv("POOLBENCH", program, 1);
    setenv("OUT", "../kept", 1);
    setenv("BUDGET", "300ms", 1);
    setenv("DUET", "-w empty -t 1 --no-figures", 1);
}

const char *ci_kit_page(const char *where)
{
    static char text[1 << 16];
    char path[64];
    snprintf(path, sizeof path, "%s/comment.md", where);
    slurp(path, text, sizeof text);
    return text;
}
