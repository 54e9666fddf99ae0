//go:build !unix

package worker

import (
	"errors"
	"os"
)

func handOver(Credential) error {
	return errors.Join(os.Unsetenv(keyVariable), os.Unsetenv(handleVariable))
}
