"""System calls that a notebook may make: numbers on x86-64 and on 64-bit ARM, by what they are needed for.

None where a machine has no such call. Measured: all answers and checks of a unit and two of its lessons were run under
``strace -f``, and nothing that they call is missing here; beside it stand the calls' kin, which libraries take for one
another (`open` and `openat`, `poll` and `ppoll`), so that another version of one of them finds what it needs.
"""

from __future__ import annotations

Numbers = tuple[int | None, int | None]

ALLOWED: dict[str, dict[str, Numbers]] = {
    "files: what is opened, read, written, looked at": {
        **{"read": (0, 63), "write": (1, 64), "open": (2, None), "openat": (257, 56), "close": (3, 57)},
        **{"close_range": (436, 436), "lseek": (8, 62), "pread64": (17, 67), "pwrite64": (18, 68)},
        **{"readv": (19, 65), "writev": (20, 66), "preadv": (295, 69), "pwritev": (296, 70)},
        **{"preadv2": (327, 286), "pwritev2": (328, 287), "stat": (4, None), "lstat": (6, None)},
        **{"fstat": (5, 80), "newfstatat": (262, 79), "statx": (332, 291), "access": (21, None)},
        **{"faccessat": (269, 48), "faccessat2": (439, 439), "getdents": (78, None), "getdents64": (217, 61)},
        **{"readlink": (89, None), "readlinkat": (267, 78), "getcwd": (79, 17), "chdir": (80, 49)},
        **{"fchdir": (81, 50), "dup": (32, 23), "dup2": (33, None), "dup3": (292, 24), "fcntl": (72, 25)},
        **{"ioctl": (16, 29), "flock": (73, 32), "ftruncate": (77, 46), "truncate": (76, 45)},
        **{"fallocate": (285, 47), "fsync": (74, 82), "fdatasync": (75, 83), "sync_file_range": (277, 84)},
        **{"fadvise64": (221, 223), "readahead": (187, 213), "sendfile": (40, 71)},
        **{"copy_file_range": (326, 285), "splice": (275, 76), "tee": (276, 77), "umask": (95, 166)},
        **{"statfs": (137, 43), "fstatfs": (138, 44)},
    },
    "folders and names, in the folder for temporary files": {
        **{"mkdir": (83, None), "mkdirat": (258, 34), "rmdir": (84, None), "unlink": (87, None)},
        **{"unlinkat": (263, 35), "rename": (82, None), "renameat": (264, 38), "renameat2": (316, 276)},
        **{"link": (86, None), "linkat": (265, 37), "symlink": (88, None), "symlinkat": (266, 36)},
        **{"chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "chown": (92, None)},
        **{"creat": (85, None)},
        **{"fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54), "utime": (132, None)},
        **{"utimes": (235, None), "utimensat": (280, 88), "futimesat": (261, None), "mknod": (133, None)},
        **{"mknodat": (259, 33), "getxattr": (191, 8), "lgetxattr": (192, 9), "fgetxattr": (193, 10)},
        **{"listxattr": (194, 11), "llistxattr": (195, 12), "flistxattr": (196, 13)},
    },
    "memory, all of it counted by RLIMIT_AS": {
        **{"brk": (12, 214), "mmap": (9, 222), "munmap": (11, 215), "mremap": (25, 216), "mprotect": (10, 226)},
        **{"madvise": (28, 233), "msync": (26, 227), "mincore": (27, 232), "mlock": (149, 228)},
        **{"munlock": (150, 229), "membarrier": (324, 283), "get_mempolicy": (239, 236)},
        **{"set_mempolicy": (238, 237), "mbind": (237, 235)},
    },
    "threads and processes": {
        **{"clone": (56, 220), "fork": (57, None), "vfork": (58, None), "execve": (59, 221)},
        **{"execveat": (322, 281), "exit": (60, 93), "exit_group": (231, 94), "wait4": (61, 260)},
        **{"waitid": (247, 95), "kill": (62, 129), "tkill": (200, 130), "tgkill": (234, 131)},
        **{"getpid": (39, 172), "getppid": (110, 173), "gettid": (186, 178), "getpgid": (121, 155)},
        **{"getpgrp": (111, None), "setpgid": (109, 154), "getsid": (124, 156), "setsid": (112, 157)},
        **{"set_tid_address": (218, 96), "set_robust_list": (273, 99), "get_robust_list": (274, 100)},
        **{"rseq": (334, 293), "futex": (202, 98), "arch_prctl": (158, None), "prctl": (157, 167)},
        **{"pidfd_open": (434, 434), "pidfd_send_signal": (424, 424), "sched_yield": (24, 124)},
        **{"sched_getaffinity": (204, 123), "sched_setaffinity": (203, 122), "sched_getparam": (143, 121)},
        **{"sched_getscheduler": (145, 120), "sched_get_priority_max": (146, 125)},
        **{"sched_get_priority_min": (147, 126), "getpriority": (140, 141), "setpriority": (141, 140)},
        **{"getcpu": (309, 168), "restart_syscall": (219, 128)},
    },
    "signals": {
        **{"rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139)},
        **{"rt_sigpending": (127, 136), "rt_sigtimedwait": (128, 137), "rt_sigqueueinfo": (129, 138)},
        **{"rt_tgsigqueueinfo": (297, 240), "rt_sigsuspend": (130, 133), "sigaltstack": (131, 132)},
        **{"pause": (34, None), "signalfd": (282, None), "signalfd4": (289, 74)},
    },
    "time": {
        **{"nanosleep": (35, 101), "clock_nanosleep": (230, 115), "clock_gettime": (228, 113)},
        **{"clock_getres": (229, 114), "gettimeofday": (96, 169), "time": (201, None), "times": (100, 153)},
        **{"getitimer": (36, 102), "setitimer": (38, 103), "alarm": (37, None), "timer_create": (222, 107)},
        **{"timer_settime": (223, 110), "timer_gettime": (224, 108), "timer_getoverrun": (225, 109)},
        **{"timer_delete": (226, 111), "timerfd_create": (283, 85), "timerfd_settime": (286, 86)},
        **{"timerfd_gettime": (287, 87)},
    },
    "who it is, and its bounds": {
        **{"getuid": (102, 174), "geteuid": (107, 175), "getgid": (104, 176), "getegid": (108, 177)},
        **{"getresuid": (118, 148), "getresgid": (120, 150), "getgroups": (115, 158), "uname": (63, 160)},
        **{"sysinfo": (99, 179), "getrlimit": (97, 163), "setrlimit": (160, 164), "prlimit64": (302, 261)},
        **{"getrusage": (98, 165), "getrandom": (318, 278), "capget": (125, 90)},
    },
    "waiting for several things, pipes, sockets (which kinds: SOCKETS)": {
        **{"poll": (7, None), "ppoll": (271, 73), "select": (23, None), "pselect6": (270, 72)},
        **{"epoll_create": (213, None), "epoll_create1": (291, 20), "epoll_ctl": (233, 21)},
        **{"epoll_wait": (232, None), "epoll_pwait": (281, 22), "epoll_pwait2": (441, 441)},
        **{"eventfd": (284, None), "eventfd2": (290, 19), "pipe": (22, None), "pipe2": (293, 59)},
        **{"socket": (41, 198), "socketpair": (53, 199), "bind": (49, 200), "listen": (50, 201)},
        **{"accept": (43, 202), "accept4": (288, 242), "connect": (42, 203), "getsockname": (51, 204)},
        **{"getpeername": (52, 205), "getsockopt": (55, 209), "setsockopt": (54, 208), "sendto": (44, 206)},
        **{"recvfrom": (45, 207), "sendmsg": (46, 211), "recvmsg": (47, 212), "sendmmsg": (307, 269)},
        **{"recvmmsg": (299, 243), "shutdown": (48, 210)},
    },
}
# Calls by which a C library finds out that a kernel is old, and takes an older one.
UNKNOWN: dict[str, Numbers] = {"clone3": (435, 435), "openat2": (437, 437), "futex_waitv": (449, 449)}
# Kinds of sockets that may be made: between processes (AF_UNIX), and on a network that holds this notebook alone.
SOCKETS = (1, 2, 10)
FIRST_OF_THE_NEW = 463  # newer calls than this file knows are unknown, so that a library takes older ones
