/* check.c - see check.h. */
#include "bench/commands/check.h"

#include "bench/commands/sibling.h"

int check_command(char **argv)
{
    return sibling_become("-check", argv);
}

int check_explore(char **argv)
{
    return sibling_become("-explore", argv);
}
