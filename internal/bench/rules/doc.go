// Package rules measures what deciding a permission costs, here and in two policy
// engines, after all of them have agreed on a truth table.
package rules
