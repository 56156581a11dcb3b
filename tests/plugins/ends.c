/* ends.c - for LD_PRELOAD: the process ends, as killed, once a file has got its name by
 * renaming for the first time. What is in it then is what a kill leaves. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { STATUS = 99 };

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned int flags)
{
    int answer = (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, flags);
    if (!answer)
        _exit(STATUS);
    return answer;
}

int renameat(int from_folder, const char *from, int to_folder, const char *to)
{
    return renameat2(from_folder, from, to_folder, to, 0);
}
