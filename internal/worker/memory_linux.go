package worker

import "syscall"

// closeMemory keeps other processes of the same user from this one's memory and
// its files under /proc (prctl(2), PR_SET_DUMPABLE). An exec undoes it, so the
// commands of a build are not affected. A kernel that refuses changes nothing.
func closeMemory() {
	_, _, _ = syscall.RawSyscall(syscall.SYS_PRCTL, syscall.PR_SET_DUMPABLE, 0, 0)
}
