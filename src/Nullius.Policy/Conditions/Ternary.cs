namespace Nullius.Policy.Conditions;

/// <summary>Three-valued truth (law 1), ordered so that AND is the smaller and OR the greater.</summary>
internal enum Ternary : byte
{
    False = 0,
    Unknown = 1,
    True = 2,
}

internal static class TernaryLogic
{
    internal static Ternary And(this Ternary left, Ternary right) => left < right ? left : right;

    internal static Ternary Or(this Ternary left, Ternary right) => left > right ? left : right;

    internal static Ternary Not(this Ternary value) => Ternary.True - (byte)value;

    internal static Ternary Of(bool value) => value ? Ternary.True : Ternary.False;
}
