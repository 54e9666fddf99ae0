package worker

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
)

const (
	keyVariable    = "BUILDKEY_KEY"
	handleVariable = "BUILDKEY_HANDLE"
	fdVariable     = "BUILDKEY_CREDENTIAL_FD"
	maxCredential  = 4096 // bytes; a pipe holds as much without a reader
)

// TakeCredential takes the credential out of BUILDKEY_KEY or BUILDKEY_HANDLE.
// Call it first in a program, before anything that must not happen twice.
//
// The attacker is a command of the build: a child of the same user, which reads
// its parent's first environment through /proc whatever the parent unsets later.
// So on Unix the program replaces itself (exec: same process, same arguments)
// with an environment that has neither the credential nor any other variable
// like one, and the credential waits in a pipe that the second call reads. On
// Linux that second call also makes the process's memory unreadable to other
// processes of its user, root's excepted. Elsewhere the variables are unset.
//
// ErrNoCredential when neither is set; another error when both are, when the
// value is above 4 KiB, or when the program cannot replace itself.
func TakeCredential() (Credential, error) {
	if fd := os.Getenv(fdVariable); fd != "" {
		return inherited(fd)
	}
	c, err := fromEnvironment(os.Getenv)
	if err != nil {
		return Credential{}, err
	}
	if err := handOver(c); err != nil {
		return Credential{}, err
	}
	return c, nil
}

func fromEnvironment(get func(string) string) (Credential, error) {
	key, handle := KeyCredential(get(keyVariable)), HandleCredential(get(handleVariable))
	switch {
	case !key.IsZero() && !handle.IsZero():
		return Credential{}, fmt.Errorf("worker: %s and %s are both set: set one of them", keyVariable, handleVariable)
	case len(get(keyVariable)) > maxCredential || len(get(handleVariable)) > maxCredential:
		return Credential{}, fmt.Errorf("worker: the credential is above %d bytes: no key or handle is that long", maxCredential)
	case !key.IsZero():
		return key, nil
	case !handle.IsZero():
		return handle, nil
	}
	return Credential{}, ErrNoCredential
}

// inherited reads what handOver left in the pipe: the kind, a space, the value.
func inherited(fd string) (Credential, error) {
	number, err := strconv.Atoi(fd)
	if err != nil || number < 3 {
		return Credential{}, fmt.Errorf("worker: %s is %q: unset it, it is for the worker's own use", fdVariable, fd)
	}
	pipe := os.NewFile(uintptr(number), "credential")
	defer pipe.Close()
	text, err := io.ReadAll(io.LimitReader(pipe, 2*maxCredential))
	if err != nil {
		return Credential{}, fmt.Errorf("worker: the credential cannot be read from descriptor %d: %w", number, err)
	}
	kind, value, _ := strings.Cut(string(text), " ")
	if kind != "key" && kind != "handle" {
		return Credential{}, ErrNoCredential
	}
	closeMemory()
	return newCredential(kind, value), os.Unsetenv(fdVariable)
}

// withoutCredentials is environ without what looks like a credential, but for
// what the worker itself needs to reach its server and the repository.
func withoutCredentials(environ []string) []string {
	return slices.DeleteFunc(slices.Clone(environ), func(entry string) bool {
		name, value, _ := strings.Cut(entry, "=")
		return (credentialName(name) || credentialValue(value)) && !slices.Contains(networkNames, name)
	})
}
