using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>An application that says by itself which tenant an event belongs to.</summary>
internal static class ResolvingApp
{
    public static Task<IdentityApp> StartAsync<T>(Action<IServiceCollection>? services = null, Action<WebApplication>? before = null)
        where T : class, ILifecycleTenantResolver => IdentityApp.StartAsync(new()
        {
            Services = collection =>
            {
                services?.Invoke(collection);
                collection.AddIntilery().UseTenantResolver<T>();
            },
            BeforeTheLine = before,
            Endpoints = app =>
            {
                app.MapPost("/export", (ILifecycleTracker lifecycle) => lifecycle.TrackAsync("Report Exported"));
                app.MapPost("/create-async", (UserManager<IdentityUser> users) => users.CreateAsync(new IdentityUser("mary")));
                app.MapPost("/create", (AppDb db) =>
                {
                    db.Users.Add(new IdentityUser("mary"));
                    db.SaveChanges();
                });
            },
        });

    /// <summary>Returns what was recorded, as event and tenant.</summary>
    public static async Task<IReadOnlyList<string>> TenantsAsync(this IdentityApp app) => [.. (await app.RecordedAsync()).Select(call => $"{call.Event} {call.GroupId}")];
}
