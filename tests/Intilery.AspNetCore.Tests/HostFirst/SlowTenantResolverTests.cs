using System.Data.Common;
using System.Globalization;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.HostFirst;

/// <summary>
/// A tenant resolver that is in the middle of a query when nobody waits for it any more, on the application's own context: every request
/// gets the answer that it gets without a resolver.
/// </summary>
public sealed class SlowTenantResolverTests : IDisposable
{
    private const int Browsers = 4;

    private readonly ScratchFolder _folder = new();
    private readonly TaskCompletionSource _queries = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Theory]
    [InlineData(typeof(InjectedContextResolver))]
    [InlineData(typeof(ObedientResolver))]
    [InlineData(typeof(RequestServicesResolver))]
    [InlineData(typeof(SynchronousResolver))]
    public async Task No_request_fails(Type resolver)
    {
        await using var without = await StartAsync("without", _ => { });
        await using var with = await StartAsync("with", services => Use(services, resolver));

        var (expected, actual) = (await VisitAsync(without), await VisitAsync(with));

        Assert.DoesNotContain(expected, answer => answer.Contains(" 5", StringComparison.Ordinal));
        Assert.Equal(expected, actual);
        string[] events = ["identify", "Signed Up", "Signed In", "Report Exported", "identify", "Signed Up", "identify", "Signed Up", "Signed Out", "Signed In"];
        Assert.Equal(
            Enumerable.Repeat(events, Browsers).SelectMany(all => all).Order(StringComparer.Ordinal), (await with.EventsAsync()).Order(StringComparer.Ordinal));
        Assert.All(await with.RecordedAsync(), call => Assert.Null(call.GroupId));
    }

    public void Dispose()
    {
        _queries.TrySetResult();
        _folder.Dispose();
    }

    private static void Use(IServiceCollection services, Type resolver) => typeof(IntileryBuilder)
        .GetMethod(nameof(IntileryBuilder.UseTenantResolver))!.MakeGenericMethod(resolver).Invoke(services.AddIntilery(), null);

    private static async Task<IReadOnlyList<string>> VisitAsync(IdentityApp app) =>
        [.. (await Task.WhenAll(Enumerable.Range(0, Browsers).Select(number => VisitAsync(app, number)))).SelectMany(answers => answers)];

    private static async Task<IReadOnlyList<string>> VisitAsync(IdentityApp app, int number)
    {
        using var browser = app.OpenBrowser();
        var name = string.Create(CultureInfo.InvariantCulture, $"person-{number}@example.com");
        return
        [
            await AnswerAsync("register", browser.SubmitAsync(
                "/Identity/Account/Register", ("Input.Email", name), ("Input.Password", "Pa55word!"), ("Input.ConfirmPassword", "Pa55word!"))),
            await AnswerAsync("export", browser.PostAsync("/export")),
            await AnswerAsync("create", browser.PostAsync($"/create-async?name=async-{name}")),
            await AnswerAsync("create", browser.PostAsync($"/create?name={name}-too")),
            await AnswerAsync("sign out", browser.SubmitAsync("/Identity/Account/Logout")),
            await AnswerAsync("sign in", browser.SubmitAsync("/Identity/Account/Login", ("Input.Email", name), ("Input.Password", "Pa55word!"))),
            await AnswerAsync("manage", browser.GetAsync("/Identity/Account/Manage")),
        ];
    }

    private static async Task<string> AnswerAsync(string what, Task<HttpResponseMessage> asking)
    {
        try
        {
            using var response = await asking.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
            return string.Create(CultureInfo.InvariantCulture, $"{what} {(int)response.StatusCode}");
        }
        catch (InvalidOperationException exception)
        {
            // The page before has failed.
            return $"{what} {exception.Message}";
        }
    }

    private Task<IdentityApp> StartAsync(string name, Action<IServiceCollection> services) => IdentityApp.StartAsync(new IdentityAppSetup
    {
        OnKestrel = true,
        Settings = new() { ["Intilery:Outbox:CommitTimeout"] = "00:00:00.100" },
        Database = options => options.UseSqlite($"Data Source={Path.Combine(_folder.Path, name)}.db;Pooling=False").AddInterceptors(new HangingQueries(_queries.Task)),
        Services = services,
        Endpoints = app =>
        {
            app.MapPost("/export", async (ILifecycleTracker lifecycle, AppDb db) =>
            {
                await lifecycle.TrackAsync("Report Exported");
                return await db.Users.AnyAsync();
            });
            app.MapPost("/create-async", async (UserManager<IdentityUser> users, AppDb db, string name) =>
            {
                var created = await users.CreateAsync(new IdentityUser(name));
                return await db.Users.AnyAsync() ? created.Succeeded : throw new InvalidOperationException();
            });
            app.MapPost("/create", (AppDb db, string name) =>
            {
                db.Users.Add(new IdentityUser(name));
                db.SaveChanges();
                return db.Users.Any();
            });
        },
    });

    // The resolver's query does not return before the test does.
    private sealed class HangingQueries(Task until) : DbCommandInterceptor
    {
        public override InterceptionResult<DbDataReader> ReaderExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result)
        {
            if (IsResolvers(command))
            {
                until.Wait(CancellationToken.None);
            }

            return result;
        }

        public override async ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
            DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
        {
            if (IsResolvers(command))
            {
                await until.WaitAsync(cancellationToken);
            }

            return result;
        }

        private static bool IsResolvers(DbCommand command) => command.CommandText.Contains("-- resolver", StringComparison.Ordinal);
    }

    private sealed class InjectedContextResolver(AppDb db) : ILifecycleTenantResolver
    {
        public async ValueTask<string?> ResolveAsync(TenantResolutionContext context, CancellationToken cancellationToken) =>
            await db.Users.TagWith("resolver").Select(user => user.Id).FirstOrDefaultAsync(CancellationToken.None);
    }

    private sealed class ObedientResolver(AppDb db) : ILifecycleTenantResolver
    {
        public async ValueTask<string?> ResolveAsync(TenantResolutionContext context, CancellationToken cancellationToken) =>
            await db.Users.TagWith("resolver").Select(user => user.Id).FirstOrDefaultAsync(cancellationToken);
    }

    private sealed class RequestServicesResolver : ILifecycleTenantResolver
    {
        public async ValueTask<string?> ResolveAsync(TenantResolutionContext context, CancellationToken cancellationToken) =>
            await context.HttpContext!.RequestServices.GetRequiredService<AppDb>().Users.TagWith("resolver").Select(user => user.Id)
                .FirstOrDefaultAsync(CancellationToken.None);
    }

    private sealed class SynchronousResolver(AppDb db) : ILifecycleTenantResolver
    {
        public ValueTask<string?> ResolveAsync(TenantResolutionContext context, CancellationToken cancellationToken) =>
            new(db.Users.TagWith("resolver").Select(user => user.Id).FirstOrDefault());
    }
}
