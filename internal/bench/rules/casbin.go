package rules

import (
	"github.com/casbin/casbin/v2"
	"github.com/casbin/casbin/v2/model"
)

// The models. Both stop at the first rule that allows.
const (
	casbinRuleModel = `
[request_definition]
r = id, safe, staff
[policy_definition]
p = id, update, create, level
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = `
	casbinFactsModel = `
[request_definition]
r = caller
[policy_definition]
p = sub
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = `
)

// facts are a caller as casbin's matcher reads it: by exported fields.
type facts struct {
	Staff, Keyed, MayUpdate, MayCreate, ReadsOnly bool
	At                                            string
}

func readyCasbinFacts(x expression, callers []caller) (decide, error) {
	m, err := model.NewModelFromString(casbinFactsModel + x.casbinFacts)
	if err != nil {
		return nil, err
	}
	e, err := casbin.NewEnforcer(m)
	if err != nil {
		return nil, err
	}
	requests := eachOf(callers, func(c caller) facts {
		return facts{c.Staff, c.Keyed, c.Update(), c.Create(), c.Safe(), c.Level.String()}
	})
	return func(i int) (bool, error) { return e.Enforce(requests[i]) }, nil
}

func readyCasbinRules(x expression, callers []caller) (decide, error) {
	m, err := model.NewModelFromString(casbinRuleModel + x.casbinRule)
	if err != nil {
		return nil, err
	}
	e, err := casbin.NewEnforcer(m)
	if err != nil {
		return nil, err
	}
	return withRules(e, callers)
}

func readyCasbinCached(x expression, callers []caller) (decide, error) {
	m, err := model.NewModelFromString(casbinRuleModel + x.casbinRule)
	if err != nil {
		return nil, err
	}
	e, err := casbin.NewCachedEnforcer(m)
	if err != nil {
		return nil, err
	}
	return withRules(e, callers)
}

// enforcer is what both kinds have in common.
type enforcer interface {
	AddPolicies(rules [][]string) (bool, error)
	Enforce(request ...any) (bool, error)
}

// withRules gives each key its rule.
func withRules(e enforcer, callers []caller) (decide, error) {
	var rules [][]string
	for _, c := range callers {
		if c.Keyed {
			rules = append(rules, []string{c.ID, yes(c.Update()), yes(c.Create()), c.Level.String()})
		}
	}
	if _, err := e.AddPolicies(rules); err != nil {
		return nil, err
	}
	requests := eachOf(callers, func(c caller) []any { return []any{c.ID, yes(c.Safe()), yes(c.Staff)} })
	return func(i int) (bool, error) { return e.Enforce(requests[i]...) }, nil
}

func yes(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}
