using System.Net;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>Requests that sign in or out and then fail, or whose client goes away.</summary>
internal static class UnfinishedFlows
{
    private static readonly string[] _signOut = ["out App", "out Ext", "out 2FA"];

    public static IEnumerable<Flow> Rows =>
    [
        new("a sign-in, then an exception that nobody handles")
        {
            Given = visit => visit.CreateUsersAsync("peter"),
            Steps = visit => InAndThrowAsync(visit, string.Empty),
            Calls = ["in App"],
            Messages = [],
            Reasons = ["in cookie-withdrawn"],
        },
        new("a sign-in, then an exception that UseExceptionHandler handles")
        {
            Given = visit => visit.CreateUsersAsync("peter"),
            Steps = visit => InAndThrowAsync(visit, FlowShape.Handled),
            Calls = ["in App"],
            Messages = [],
            Reasons = ["in cookie-withdrawn"],
        },
        new("a sign-out, then an exception that nobody handles")
        {
            Given = visit => visit.IsSignedInAsync("peter"),
            Steps = visit => OutAndThrowAsync(visit, string.Empty),
            Calls = _signOut,
            Messages = [],
            Reasons = ["out intermediate-scheme", "out intermediate-scheme", "out cookie-withdrawn"],
        },
        new("a sign-out, then an exception that UseExceptionHandler handles")
        {
            Given = visit => visit.IsSignedInAsync("peter"),
            Steps = visit => OutAndThrowAsync(visit, FlowShape.Handled),
            Calls = _signOut,
            Messages = [],
            Reasons = ["out intermediate-scheme", "out intermediate-scheme", "out cookie-withdrawn"],
        },
        new("a sign-in, then the client goes away and the request ends with it")
        {
            Given = visit => visit.CreateUsersAsync("peter"),
            Steps = visit => LeaveAsync(
                visit,
                async context => await context.SignIns().SignInAsync(await context.UserAsync(visit.IdOf("peter")), isPersistent: false),
                endsWithIt: true),
            Calls = ["in App"],
            Messages = [],
            Reasons = ["in cookie-withdrawn"],
        },
        new("a sign-in, then the client goes away and the request runs on")
        {
            Given = visit => visit.CreateUsersAsync("peter"),
            Steps = visit => LeaveAsync(
                visit,
                async context => await context.SignIns().SignInAsync(await context.UserAsync(visit.IdOf("peter")), isPersistent: false),
                endsWithIt: false),
            Calls = ["in App"],
            Messages = ["identify peter by row", "Signed In peter"],
            Reasons = [],
        },
        new("a sign-out, then the client goes away and the request ends with it")
        {
            Given = visit => visit.IsSignedInAsync("peter"),
            Steps = visit => LeaveAsync(visit, context => context.SignIns().SignOutAsync(), endsWithIt: true),
            Calls = _signOut,
            Messages = [],
            Reasons = ["out intermediate-scheme", "out intermediate-scheme", "out cookie-withdrawn"],
        },
        new("a sign-in, then the application ends the connection itself")
        {
            Given = visit => visit.CreateUsersAsync("peter"),
            Steps = visit => Assert.ThrowsAsync<HttpRequestException>(() => visit.ServeAsync(async context =>
            {
                await context.SignIns().SignInAsync(await context.UserAsync(visit.IdOf("peter")), isPersistent: false);
                context.Abort();
            })),
            Calls = ["in App"],
            Messages = ["identify peter by row", "Signed In peter"],
            Reasons = [],
        },
    ];

    private static async Task InAndThrowAsync(Visit visit, string prefix)
    {
        await visit.ServeAsync(
            async context =>
            {
                await context.SignIns().SignInAsync(await context.UserAsync(visit.IdOf("peter")), isPersistent: false);
                throw new InvalidOperationException("after the sign-in");
            },
            HttpStatusCode.InternalServerError,
            prefix);
        Assert.Equal("nobody", await visit.NameAsync());
    }

    private static async Task OutAndThrowAsync(Visit visit, string prefix)
    {
        await visit.ServeAsync(
            async context =>
            {
                await context.SignIns().SignOutAsync();
                throw new InvalidOperationException("after the sign-out");
            },
            HttpStatusCode.InternalServerError,
            prefix);
        Assert.Equal(visit.EmailOf("peter"), await visit.NameAsync());
    }

    private static async Task LeaveAsync(Visit visit, Func<HttpContext, Task> work, bool endsWithIt)
    {
        using var leaving = new CancellationTokenSource();
        var worked = new TaskCompletionSource();
        using var request = new HttpRequestMessage(HttpMethod.Post, FlowApp.ServePath);
        request.Headers.Add(FlowApp.WorkHeader, visit.App.Keep(async context =>
        {
            await work(context);
            worked.SetResult();
            var gone = new TaskCompletionSource();
            await using var registration = context.RequestAborted.Register(gone.SetResult);
            await gone.Task;
            if (endsWithIt)
            {
                context.RequestAborted.ThrowIfCancellationRequested();
            }
        }));

        var answer = visit.Browser.Client.SendAsync(request, leaving.Token);
        await worked.Task;
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
    }
}
