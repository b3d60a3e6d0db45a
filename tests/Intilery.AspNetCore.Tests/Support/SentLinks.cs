using System.Collections.Concurrent;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Identity.UI.Services;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>The mailbox of everybody: keeps the link of each message that the application sends.</summary>
public sealed partial class SentLinks : IEmailSender
{
    private readonly ConcurrentQueue<string> _links = new();

    public IReadOnlyList<string> All => [.. _links];

    public string Last => _links.Last();

    public void Register(IServiceCollection services) => services.AddSingleton<IEmailSender>(this);

    public Task SendEmailAsync(string email, string subject, string htmlMessage)
    {
        _links.Enqueue(WebUtility.HtmlDecode(Link().Match(htmlMessage).Groups[1].Value));
        return Task.CompletedTask;
    }

    [GeneratedRegex("href=['\"]([^'\"]+)['\"]")]
    private static partial Regex Link();
}
