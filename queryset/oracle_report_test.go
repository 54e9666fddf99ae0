package queryset_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/queryset/internal/oracle"
)

// String is all that there is to know of a trial: the tables that matter with
// their rows, the caller, and the call.
func (t *trial) String() string {
	var b strings.Builder
	var tables []*oracle.Table
	for table := t.op.table; table != nil; table = table.Parent {
		tables = append(tables, table)
	}
	slices.Reverse(tables)
	for _, table := range tables {
		fmt.Fprintln(&b, describe(table))
		b.WriteString(indent(printed(t.world.Rows[table])))
	}
	fmt.Fprintf(&b, "caller: %s of %s\n", t.how, t.describeCaller())
	fmt.Fprintf(&b, "call:   %s\n", t.op)
	return b.String()
}

func describe(t *oracle.Table) string {
	var types []string
	for _, c := range t.Columns {
		types = append(types, c+" "+t.Kinds[c].String())
	}
	s := fmt.Sprintf("table %s(%s) resource %s", t.Name, strings.Join(types, ", "), t.Resource)
	for _, a := range attachments {
		if t.Own[a] != "" {
			s += fmt.Sprintf(", %s in %s", [...]string{"", "project", "version", "build"}[a], t.Own[a])
		}
	}
	if t.Parent != nil {
		s += fmt.Sprintf(", parent %s by %s", t.Parent.Name, t.ParentColumn)
	}
	s += fmt.Sprintf(", read %s, write %s", columnList(t.Read, "all"), columnList(t.Write, "none"))
	if t.Ancestor != nil {
		s += fmt.Sprintf(", ancestor read %s, write %s", columnList(t.Ancestor.Read, "all"), columnList(t.Ancestor.Write, "none"))
	}
	if t.Public != nil {
		s += fmt.Sprintf(", public where %s, read %s", t.Public.Where.SQL, columnList(t.Public.Read, "all"))
	}
	return s
}

func columnList(columns []string, absent string) string {
	if columns == nil {
		return absent
	}
	return "[" + strings.Join(columns, " ") + "]"
}

func (t *trial) describeCaller() string {
	k := t.caller.Key
	switch {
	case k == nil && t.caller.Everything:
		return "everything"
	case k == nil:
		return "anyone"
	}
	permits := fmt.Sprintf("permits %q", k.Permits)
	if k.Permits == nil {
		permits = fmt.Sprintf("no permits, scopes %q", k.Scopes)
	}
	return fmt.Sprintf("key project %q version %q build %q, %s, allow list %v, links %s",
		k.Project, k.Version, k.Build, permits, k.AllowList.Strings(), describeLinks(k.Links))
}

func describeLinks(links []apikey.Link) string {
	var out []string
	for _, l := range links {
		out = append(out, fmt.Sprintf("%q %q", l.Project, l.Scopes))
	}
	return "[" + strings.Join(out, ", ") + "]"
}

// String is the call, nearly as a handler writes it.
func (o operation) String() string {
	var b strings.Builder
	b.WriteString(o.table.Name)
	for _, c := range o.where {
		fmt.Fprintf(&b, ".Where(%q, %v)", c.SQL, c.Args)
	}
	if o.order != nil {
		fmt.Fprintf(&b, ".OrderBy(%v)", o.order)
	}
	if o.limit != nil {
		fmt.Fprintf(&b, ".Limit(%d)", *o.limit)
	}
	if o.offset != nil {
		fmt.Fprintf(&b, ".Offset(%d)", *o.offset)
	}
	fmt.Fprintf(&b, ".%s(%s", o.verb, o.through)
	if o.spelled != nil {
		fmt.Fprintf(&b, ", %T(%q)", o.spelled, o.id)
	}
	for _, row := range o.values {
		fmt.Fprintf(&b, ", {%s}", line(row))
	}
	if o.action != "" {
		fmt.Fprintf(&b, ", %q, %q", o.action, o.alias)
	}
	b.WriteString(")")
	if o.verb == "Get" || o.verb == "Select" {
		fmt.Fprintf(&b, " into %s", columnList(o.fields, "a map"))
	}
	return b.String()
}
