namespace Nullius.Audit;

/// <summary>The trail cannot take a record now.</summary>
public sealed class AuditUnavailableException(string message, Exception? cause = null) : Exception(message, cause);
