using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>What a test's application does otherwise than a fresh one.</summary>
public sealed record IdentityAppSetup
{
    public string Environment { get; init; } = "Production";

    public bool OnKestrel { get; init; }

    public bool WriteTheLine { get; init; } = true;

    public Dictionary<string, string?> Settings { get; init; } = [];

    /// <summary>Gets a source of settings that can change while the application runs; it has the last word.</summary>
    public IConfigurationSource? Configuration { get; init; }

    public Action<IServiceCollection>? ServicesBefore { get; init; }

    public Action<IServiceCollection>? Services { get; init; }

    public Action<DbContextOptionsBuilder>? Database { get; init; }

    public Action<IdentityOptions>? Identity { get; init; } = options => options.SignIn.RequireConfirmedAccount = false;

    public Action<WebApplication>? BeforeTheLine { get; init; }

    public Action<WebApplication>? Endpoints { get; init; }
}
