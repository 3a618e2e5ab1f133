// What Swift cannot call by itself: system calls with variable arguments, and macros that read a status.
#ifndef CPROCESS_SHIM_H
#define CPROCESS_SHIM_H

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/prctl.h>
#include <sys/syscall.h>

// A descriptor that becomes readable when the process ends; -1 with errno if there is none.
static inline int process_descriptor(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

// Has orphans below this process become its children, so that it can reap them.
static inline int process_adopts_orphans(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

// glibc has these for _GNU_SOURCE alone, with which Swift does not read its headers.
extern int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *, const char *);
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *, int);
enum { process_own_session = 0x80 };
static inline int process_closes_from(posix_spawn_file_actions_t *actions, int descriptor) {
  return posix_spawn_file_actions_addclosefrom_np(actions, descriptor);
}
#else
enum { process_own_session = POSIX_SPAWN_SETSID };
#endif

static inline int process_starts_in(posix_spawn_file_actions_t *actions, const char *folder) {
  return posix_spawn_file_actions_addchdir_np(actions, folder);
}

enum { process_runs = 0, process_exited = 1, process_signalled = 2, process_unknown = 3 };

// How a child ended, without reaping it: its number stays taken.
static inline int process_peek(pid_t pid, int *value) {
  siginfo_t info;
  memset(&info, 0, sizeof info);
  int answer;
  do answer = waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT);
  while (answer == -1 && errno == EINTR);
  if (answer == -1) return process_unknown;
  if (info.si_pid == 0) return process_runs;
  *value = info.si_status;
  return info.si_code == CLD_EXITED ? process_exited : process_signalled;
}

#endif
