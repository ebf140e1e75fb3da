namespace Nullius.Policy.Dialects.Aws.Conditions;

internal enum OperatorFamily : byte
{
    Text,
    TextLike,
    Number,
    Date,
    Boolean,
    Binary,
    Address,
    Arn,
    Null,
}

internal enum Relation : byte
{
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// <summary>A condition operator as data (reference: IAM JSON policy elements: Condition operators).</summary>
internal sealed record AwsOperator(string Name, OperatorFamily Family, Relation Relation = Relation.Equal, bool Negated = false, bool IgnoreCase = false)
{
    private static readonly AwsOperator[] s_all =
    [
        new("StringEquals", OperatorFamily.Text),
        new("StringNotEquals", OperatorFamily.Text, Negated: true),
        new("StringEqualsIgnoreCase", OperatorFamily.Text, IgnoreCase: true),
        new("StringNotEqualsIgnoreCase", OperatorFamily.Text, Negated: true, IgnoreCase: true),
        new("StringLike", OperatorFamily.TextLike),
        new("StringNotLike", OperatorFamily.TextLike, Negated: true),
        new("NumericEquals", OperatorFamily.Number),
        new("NumericNotEquals", OperatorFamily.Number, Negated: true),
        new("NumericLessThan", OperatorFamily.Number, Relation.Less),
        new("NumericLessThanEquals", OperatorFamily.Number, Relation.LessOrEqual),
        new("NumericGreaterThan", OperatorFamily.Number, Relation.Greater),
        new("NumericGreaterThanEquals", OperatorFamily.Number, Relation.GreaterOrEqual),
        new("DateEquals", OperatorFamily.Date),
        new("DateNotEquals", OperatorFamily.Date, Negated: true),
        new("DateLessThan", OperatorFamily.Date, Relation.Less),
        new("DateLessThanEquals", OperatorFamily.Date, Relation.LessOrEqual),
        new("DateGreaterThan", OperatorFamily.Date, Relation.Greater),
        new("DateGreaterThanEquals", OperatorFamily.Date, Relation.GreaterOrEqual),
        new("Bool", OperatorFamily.Boolean, IgnoreCase: true),
        new("BinaryEquals", OperatorFamily.Binary),
        new("IpAddress", OperatorFamily.Address),
        new("NotIpAddress", OperatorFamily.Address, Negated: true),
        new("ArnEquals", OperatorFamily.Arn),
        new("ArnNotEquals", OperatorFamily.Arn, Negated: true),
        new("ArnLike", OperatorFamily.Arn),
        new("ArnNotLike", OperatorFamily.Arn, Negated: true),
        new("Null", OperatorFamily.Null),
    ];

    private static readonly Dictionary<string, AwsOperator> s_byName = s_all.ToDictionary(o => o.Name, StringComparer.OrdinalIgnoreCase);

    internal static IReadOnlyList<AwsOperator> All => s_all;

    /// <summary>Operator names are compared without case, as the provider does.</summary>
    internal static AwsOperator? Find(string name) => s_byName.GetValueOrDefault(name);

    /// <summary>Variables are substituted for strings, ARNs and booleans only (reference: where you can use policy variables).</summary>
    internal bool TakesVariables => Family is OperatorFamily.Text or OperatorFamily.TextLike or OperatorFamily.Arn or OperatorFamily.Boolean;
}

/// <summary>How a multivalued key is quantified (reference: set operators for multivalued context keys).</summary>
internal enum SetQuantifier : byte
{
    None,
    ForAllValues,
    ForAnyValue,
}
