package rules

import (
	"fmt"
	"strings"

	"github.com/cedar-policy/cedar-go"
)

func readyCedarFacts(x expression, callers []caller) (decide, error) {
	return withPolicies(x, callers, fmt.Sprintf("permit (principal is Key, action, resource) when { %s };", x.cedarKey))
}

// readyCedarPolicies gives each key a policy of its own.
func readyCedarPolicies(x expression, callers []caller) (decide, error) {
	var text strings.Builder
	for _, c := range callers {
		if c.Keyed {
			fmt.Fprintf(&text, "permit (principal == Key::%q, action, resource) when { %s };\n", c.ID, x.cedarKey)
		}
	}
	return withPolicies(x, callers, text.String())
}

// withPolicies decides by those policies and the one about callers without a key.
func withPolicies(x expression, callers []caller, policies string) (decide, error) {
	policies += fmt.Sprintf("permit (principal, action, resource) when { %s };", x.cedarAnyone)
	set, err := cedar.NewPolicySetFromBytes("bench.cedar", []byte(policies))
	if err != nil {
		return nil, err
	}
	entities := cedar.EntityMap{}
	for _, c := range callers {
		if c.Keyed {
			entities[principal(c)] = entity(c)
		}
	}
	requests := eachOf(callers, cedarRequest)
	return func(i int) (bool, error) {
		decision, diagnostic := cedar.Authorize(set, entities, requests[i])
		if len(diagnostic.Errors) > 0 {
			return false, fmt.Errorf("cedar: %s", diagnostic.Errors[0])
		}
		return bool(decision), nil
	}, nil
}

func principal(c caller) cedar.EntityUID {
	if c.Keyed {
		return cedar.NewEntityUID("Key", cedar.String(c.ID))
	}
	return cedar.NewEntityUID("Anonymous", cedar.String(c.ID))
}

func entity(c caller) cedar.Entity {
	return cedar.Entity{UID: principal(c), Attributes: cedar.NewRecord(cedar.RecordMap{
		"update": cedar.Boolean(c.Update()), "create": cedar.Boolean(c.Create()), "level": cedar.String(c.Level.String()),
	})}
}

func cedarRequest(c caller) cedar.Request {
	return cedar.Request{
		Principal: principal(c),
		Action:    cedar.NewEntityUID("Action", "call"),
		Resource:  cedar.NewEntityUID("Build", "42"),
		Context: cedar.NewRecord(cedar.RecordMap{
			"staff": cedar.Boolean(c.Staff), "method": cedar.String(c.Method),
		}),
	}
}
