using System.Net;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A person at a browser: keeps cookies, fills in forms, follows no redirect unless told to.</summary>
public sealed class TestBrowser(HttpClient client) : IDisposable
{
    private static readonly HtmlParser _html = new();

    public HttpClient Client => client;

    public Task<HttpResponseMessage> GetAsync(string path) => client.GetAsync(path, TestContext.Current.CancellationToken);

    /// <summary>Gets a page and posts its form, the one with the given fields filled in or the first.</summary>
    public async Task<HttpResponseMessage> SubmitAsync(string path, params (string Name, string Value)[] fields)
    {
        using var page = await GetAsync(path);
        if (page.StatusCode != HttpStatusCode.OK)
        {
            throw new InvalidOperationException($"{path} answered {(int)page.StatusCode} {page.Headers.Location}");
        }

        using var document = await _html.ParseDocumentAsync(await page.Content.ReadAsStringAsync());
        var forms = document.Forms.ToList();
        var form = forms.Find(candidate => fields.Length > 0 && Array.TrueForAll(fields, field => candidate.Elements[field.Name] is not null))
            ?? forms.Find(candidate => candidate.Method == "post")
            ?? throw new InvalidOperationException($"{path} has no form.");

        var values = form.Elements.OfType<IHtmlInputElement>()
            .Where(input => !string.IsNullOrEmpty(input.Name) && (input.Type is not ("checkbox" or "radio") || input.IsChecked))
            .GroupBy(input => input.Name!)
            .ToDictionary(group => group.Key, group => group.Last().Value);
        foreach (var (name, value) in fields)
        {
            values[name] = value;
        }

        var action = form.GetAttribute("action") is { Length: > 0 } target ? target : path;
        return await PostAsync(action, [.. values.Select(pair => (pair.Key, pair.Value))]);
    }

    /// <summary>Posts to a page's own address, or to another, nothing but the token against forgery that the page carries.</summary>
    public async Task<HttpResponseMessage> PostBackAsync(string path, string? target = null)
    {
        using var page = await GetAsync(path);
        using var document = await _html.ParseDocumentAsync(await page.Content.ReadAsStringAsync());
        var token = document.QuerySelector("input[name=__RequestVerificationToken]")!.GetAttribute("value")!;
        return await PostAsync(target ?? path, ("__RequestVerificationToken", token));
    }

    public async Task<HttpResponseMessage> PostAsync(string path, params (string Name, string Value)[] fields)
    {
        using var content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        return await client.PostAsync(path, content, TestContext.Current.CancellationToken);
    }

    public void Dispose() => client.Dispose();
}
