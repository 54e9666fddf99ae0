package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// variable is the annotation that holds the name of a flag's environment variable.
const variable = "environment"

// alsoFrom lets a flag that is not given take its value from an environment
// variable. An empty variable is as good as none.
func alsoFrom(cmd *cobra.Command, flag, name string) {
	f := cmd.Flags().Lookup(flag)
	f.Usage += " [" + name + "]"
	f.Annotations = map[string][]string{variable: {name}}
}

// fillFlags gives the flags that were not given their values from the environment.
func (p *program) fillFlags(cmd *cobra.Command) (err error) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		names := f.Annotations[variable]
		if len(names) == 0 || f.Changed || p.getenv(names[0]) == "" || err != nil {
			return
		}
		if f.Value.Set(p.getenv(names[0])) != nil {
			err = fmt.Errorf("%s cannot be used as --%s, a %s", names[0], f.Name, f.Value.Type())
		}
	})
	return err
}

// getenv is the value of a variable, "" for one that is not set.
func (p *program) getenv(name string) string {
	for _, entry := range p.environ {
		if value, found := strings.CutPrefix(entry, name+"="); found {
			return value
		}
	}
	return ""
}
