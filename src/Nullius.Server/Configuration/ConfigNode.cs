namespace Nullius.Server.Configuration;

/// <summary>A value in the configuration file, with the line on which it was written.</summary>
internal abstract record ConfigNode(int Line);

/// <summary>Text as written; <paramref name="Plain"/> when it stands without quotes, and so may mean a number, a truth value or nothing.</summary>
internal sealed record ConfigScalar(int Line, string Text, bool Plain) : ConfigNode(Line);

internal sealed record ConfigList(int Line, IReadOnlyList<ConfigNode> Items) : ConfigNode(Line);

internal sealed record ConfigMap(int Line, IReadOnlyList<ConfigEntry> Entries) : ConfigNode(Line);

/// <summary>A key and its value; keys are unique, the first one stands.</summary>
internal sealed record ConfigEntry(string Key, int Line, ConfigNode Value);
