namespace Nullius.Server.SignIn.Pages;

/// <summary>The parts of which forms are made: labels, errors that are linked to their field, buttons.</summary>
internal static class Forms
{
    public static Html Form(string action, string csrf, Html content) => Html.Of($"""
        <form method="post" action="{action}">
        <input type="hidden" name="csrf" value="{csrf}">
        {content}
        </form>
        """);

    public static Html Hidden(string name, string value) => Html.Of($"""<input type="hidden" name="{name}" value="{value}">""");

    /// <param name="name">Name and id.</param>
    /// <param name="label">What it is.</param>
    /// <param name="type"><c>text</c> or <c>password</c>.</param>
    /// <param name="autocomplete">What password managers and phones fill in.</param>
    /// <param name="hint">One line of help; null for none.</param>
    /// <param name="error">What is wrong with what was typed; null for nothing.</param>
    /// <param name="value">What it starts with.</param>
    /// <param name="focus">The first field, or the one with an error.</param>
    /// <param name="numeric">A code of digits.</param>
    public static Html Field(
        string name, string label, string type, string autocomplete, string? hint = null, string? error = null, string value = "", bool focus = false, bool numeric = false)
    {
        var described = string.Join(' ', new[] { error is null ? null : $"{name}-error", hint is null ? null : $"{name}-hint" }.Where(id => id is not null));
        return Html.Of($"""
            <div class="field">
            <label for="{name}">{label}</label>
            {Html.When(hint is not null, () => Html.Of($"""<p class="hint" id="{name}-hint">{hint}</p>"""))}
            {Html.When(error is not null, () => Html.Of($"""<p class="error" id="{name}-error">{error}</p>"""))}
            <input id="{name}" name="{name}" type="{type}" autocomplete="{autocomplete}" value="{value}" required maxlength="256" autocapitalize="none" spellcheck="false"{Html.When(described.Length > 0, () => Html.Of($""" aria-describedby="{described}" """))}{Html.When(error is not null, () => Html.Of($""" aria-invalid="true" """))}{Html.When(numeric, () => Html.Of($""" inputmode="numeric" """))}{Html.When(focus, () => Html.Of($""" autofocus"""))}>
            </div>
            """);
    }

    public static Html Submit(string text) => Html.Of($"""<button type="submit">{text}</button>""");

    public static Html Quiet(string text) => Html.Of($"""<button type="submit" class="quiet">{text}</button>""");

    /// <summary>An error about the whole form, read out at once.</summary>
    public static Html Alert(string? error) => Html.When(error is not null, () => Html.Of($"""<p class="alert" role="alert">{error}</p>"""));

    public static Html Notice(string? text) => Html.When(text is not null, () => Html.Of($"""<p class="notice" role="status">{text}</p>"""));

    /// <summary>A button that works where the browser has passkeys; hidden where it has none.</summary>
    /// <param name="kind"><c>get</c> to use one, <c>create</c> to make one.</param>
    /// <param name="text">On the button.</param>
    /// <param name="options">Path that gives the question.</param>
    /// <param name="answer">Path that takes the answer.</param>
    /// <param name="csrf">Form token.</param>
    /// <param name="extra">Sent along: the sealed request.</param>
    public static Html Passkey(string kind, string text, string options, string answer, string csrf, string extra = "") => Html.Of($"""
        <div class="passkey" data-passkey="{kind}" data-options="{options}" data-answer="{answer}" data-csrf="{csrf}" data-extra="{extra}" hidden>
        <button type="button" class="second"><svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true"><path fill="none" stroke="currentColor" stroke-width="2" d="M9 13a4 4 0 1 0 0-8 4 4 0 0 0 0 8zm-6 7c0-3.3 2.7-6 6-6 1.4 0 2.6.4 3.6 1.2M17 10a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zm0 0v10m0-6h3m-3 3.500h2"/></svg>{text}</button>
        <p class="error" role="alert" hidden></p>
        </div>
        """);
}
