using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Claims;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>One row's browser at an application, its people, and everything that the application answered.</summary>
internal sealed class Visit : IDisposable
{
    public const string Password = "Pa55word!";

    // In the row of who was there before, and in no claim.
    private const string Phone = "410-555-9412";

    private readonly string _row;
    private readonly List<TestBrowser> _browsers = [];

    public Visit(FlowApp app, int row)
    {
        App = app;
        _row = $"-{row}";
        Browser = OpenBrowser(out var jar);
        Jar = jar;
    }

    public FlowApp App { get; }

    public TestBrowser Browser { get; }

    public CookieJar Jar { get; }

    public AnswerLog Answers { get; } = new();

    /// <summary>Gets or sets a thing that one step leaves to the next.</summary>
    public string Kept { get; set; } = string.Empty;

    private Exception? LastException => App.Log.All is [.., var last] ? last.Exception : null;

    public string Origin => App.Address.GetLeftPart(UriPartial.Authority);

    /// <summary>Returns the id of one of the row's people.</summary>
    public string IdOf(string name) => name + _row;

    public string EmailOf(string name) => $"{name}{_row}@example.com";

    /// <summary>Returns the short name of one of the row's people.</summary>
    public async Task<string> NameOfAsync(string userId)
    {
        if (userId.EndsWith(_row, StringComparison.Ordinal))
        {
            return userId[..^_row.Length];
        }

        if (App.Services.GetService<IServiceProviderIsService>()?.IsService(typeof(UserManager<IdentityUser>)) != true)
        {
            return userId;
        }

        var user = await WithUsersAsync(users => users.FindByIdAsync(userId));
        return user?.Email?.Split('@')[0] is { } local && local.EndsWith(_row, StringComparison.Ordinal) ? local[..^_row.Length] : userId;
    }

    /// <summary>Opens one more browser, with no cookies.</summary>
    public TestBrowser OpenBrowser(out CookieJar jar)
    {
        jar = new CookieJar(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });
        var browser = new TestBrowser(new HttpClient(new AnswerRecorder(Answers, jar)) { BaseAddress = App.Address });
        _browsers.Add(browser);
        return browser;
    }

    /// <summary>Makes people outside of any request.</summary>
    public async Task CreateUsersAsync(params string[] names)
    {
        foreach (var name in names)
        {
            await CreateUserAsync(name, _ => { });
        }
    }

    public Task CreateUserAsync(string name, Action<IdentityUser> configure) => WithUsersAsync(async users =>
    {
        var user = new IdentityUser { Id = IdOf(name), UserName = EmailOf(name), Email = EmailOf(name), EmailConfirmed = true, LockoutEnabled = true, PhoneNumber = Phone };
        configure(user);
        var created = await users.CreateAsync(user, Password);
        Assert.True(created.Succeeded, created.ToString());
        return user;
    });

    public async Task<T> WithUsersAsync<T>(Func<UserManager<IdentityUser>, Task<T>> work)
    {
        await using var scope = App.Services.CreateAsyncScope();
        return await work(scope.ServiceProvider.GetRequiredService<UserManager<IdentityUser>>());
    }

    /// <summary>Changes a person by a request: what it records is recorded when this is over.</summary>
    public Task ChangeAsync(string name, Func<UserManager<IdentityUser>, IdentityUser, Task> change) =>
        ServeAsync(async context => await change(context.Users(), await context.UserAsync(IdOf(name))));

    /// <summary>Submits the application's login form.</summary>
    public async Task<string?> SubmitLoginAsync(string name, string password = Password)
    {
        using var response = await Browser.SubmitAsync("/Identity/Account/Login", ("Input.Email", EmailOf(name)), ("Input.Password", password));
        return response.Headers.Location?.OriginalString;
    }

    public async Task LogInAsync(string name) => Assert.Equal("/", await SubmitLoginAsync(name));

    /// <summary>Makes a person and logs it in.</summary>
    public async Task IsSignedInAsync(string name)
    {
        await CreateUsersAsync(name);
        await LogInAsync(name);
    }

    public async Task LogOutAsync()
    {
        using var response = await Browser.SubmitAsync("/Identity/Account/Logout");
    }

    public async Task<string> NameAsync(TestBrowser? browser = null)
    {
        using var response = await (browser ?? Browser).GetAsync("/name");
        return await response.Content.ReadAsStringAsync();
    }

    /// <summary>Lets the application's code do something within a request.</summary>
    public async Task ServeAsync(Func<HttpContext, Task> work, HttpStatusCode expected = HttpStatusCode.OK, string prefix = "", string? tenant = null, string? bearer = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, prefix + FlowApp.ServePath);
        request.Headers.Add(FlowApp.WorkHeader, App.Keep(work));
        request.Headers.Authorization = bearer is null ? null : new AuthenticationHeaderValue("Bearer", bearer);
        if (tenant is not null)
        {
            request.Headers.Add(CookieOptionsPerTenant.Header, tenant);
        }

        using var response = await Browser.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.True(expected == response.StatusCode, $"{(int)response.StatusCode} {LastException}");
    }

    /// <summary>Lets the application return a result from its endpoint.</summary>
    public Task ServeAsync(Func<HttpContext, IResult> work, HttpStatusCode expected) => ServeAsync(context => work(context).ExecuteAsync(context), expected);

    /// <summary>Posts JSON, or a text, and returns the answer.</summary>
    public async Task<string> PostAsync(string path, object body, HttpStatusCode expected = HttpStatusCode.OK, string? bearer = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Content = body is string text ? new StringContent(text) : JsonContent.Create(body);
        request.Headers.Add("Origin", Origin);
        request.Headers.Authorization = bearer is null ? null : new AuthenticationHeaderValue("Bearer", bearer);
        using var response = await Browser.Client.SendAsync(request, TestContext.Current.CancellationToken);
        var answer = await response.Content.ReadAsStringAsync();
        Assert.True(expected == response.StatusCode, $"{path} {(int)response.StatusCode} {answer} {LastException}");
        return answer;
    }

    /// <summary>A principal as an application without Identity makes it.</summary>
    public ClaimsPrincipal PrincipalOf(string name, params Claim[] more) => new(new ClaimsIdentity(
        [new Claim(ClaimTypes.NameIdentifier, IdOf(name)), new Claim(ClaimTypes.Name, EmailOf(name)), .. more], "test"));

    public void Dispose() => _browsers.ForEach(browser => browser.Dispose());
}
