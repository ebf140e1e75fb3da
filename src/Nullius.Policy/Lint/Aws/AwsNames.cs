namespace Nullius.Policy.Lint.Aws;

/// <summary>The forms of the provider's names.</summary>
internal static class AwsNames
{
    internal static bool IsAccount(string text) => text.Length == 12 && text.All(char.IsAsciiDigit);

    internal static bool IsWildcard(string text) => text.AsSpan().IndexOfAny('*', '?') >= 0;

    internal static bool HasVariable(string text) => text.Contains("${", StringComparison.Ordinal);
}
