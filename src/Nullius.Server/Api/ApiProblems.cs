using Microsoft.AspNetCore.Http.HttpResults;

namespace Nullius.Server.Api;

/// <summary>The errors of the API, as RFC 9457 problems: one line each, what is wrong and what was expected.</summary>
internal static class ApiProblems
{
    private const int LongestQuote = 60;

    public static ProblemHttpResult Malformed(string detail) => TypedResults.Problem(detail, statusCode: 400, title: "The request is malformed");

    public static ProblemHttpResult Absent(string what, string id, string? hint = null) =>
        TypedResults.Problem($"There is no {what} `{Quoted(id)}`.{(hint is null ? "" : " " + hint)}", statusCode: 404, title: "Not found");

    public static ProblemHttpResult Refused(string detail) => TypedResults.Problem(detail, statusCode: 403, title: "Refused");

    public static ProblemHttpResult Conflict(string detail) => TypedResults.Problem(detail, statusCode: 409, title: "Not possible now");

    public static ProblemHttpResult Unavailable(string detail) => TypedResults.Problem(detail, statusCode: 503, title: "Not available now");

    private static string Quoted(string text) => text.Length <= LongestQuote ? text : text[..LongestQuote] + "…";
}
