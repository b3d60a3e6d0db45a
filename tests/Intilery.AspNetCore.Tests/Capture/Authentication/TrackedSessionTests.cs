using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Claims;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Intilery.AspNetCore.Tests.Capture.Authentication;

/// <summary>Sessions that begin and end without a call of authentication: tokens that an application issues itself.</summary>
public sealed class TrackedSessionTests
{
    private const string Password = "Pa55word!";

    private static readonly SymmetricSecurityKey _key = new(new byte[32]);

    [Fact]
    public async Task A_token_that_the_application_issues_is_a_session_like_any_other()
    {
        await using var app = await StartAsync();
        var peter = await app.CreateUserAsync(configure: user => user.PhoneNumber = "410-555-9412");
        using var browser = app.OpenBrowser(out var jar);
        jar.Cookies.Add(new Cookie("ajs_anonymous_id", "browser-1", "/", "localhost"));

        await TokenAsync(browser);

        var calls = await app.RecordedAsync();
        Assert.Equal([$"identify {peter}", $"Signed In {peter}"], calls.Select(call => call.ToString()));
        Payload.Equal(
            $$"""
            {
              "userId": "{{peter}}",
              "anonymousId": "browser-1",
              "type": "identify",
              "event": "identify",
              "traits": { "email": "peter@example.com", "phone": "410-555-9412", "username": "peter@example.com" },
              "context": {
                "page": { "path": "/token" },
                "library": { "name": "Intilery.AspNetCore", "version": "*" },
                "app": { "name": "Intilery.AspNetCore.Tests", "version": "*" }
              },
              "messageId": "*",
              "timestamp": "*"
            }
            """,
            calls[0]);
        Payload.Equal(
            $$"""
            {
              "userId": "{{peter}}",
              "anonymousId": "browser-1",
              "type": "track",
              "event": "Signed In",
              "properties": { "username": "peter@example.com" },
              "context": {
                "page": { "path": "/token" },
                "library": { "name": "Intilery.AspNetCore", "version": "*" },
                "app": { "name": "Intilery.AspNetCore.Tests", "version": "*" }
              },
              "messageId": "*",
              "timestamp": "*"
            }
            """,
            calls[1]);
    }

    [Theory]
    [InlineData("/token")]
    [InlineData("/token-by-check-password")]
    [InlineData("/token-by-code")]
    [InlineData("/token-by-code-alone")]
    [InlineData("/token-by-both")]
    [InlineData("/token-by-path")]
    public async Task However_it_is_tracked_it_is_one_sign_in_of_the_user_with_the_row_at_hand(string path)
    {
        await using var app = await StartAsync();
        var peter = await app.CreateUserAsync();
        using var browser = app.OpenBrowser();

        await TokenAsync(browser, path: path);

        var calls = await app.RecordedAsync();
        var account = path == "/token-by-both" ? " acme" : string.Empty;
        Assert.Equal([$"identify {peter}{account}", $"Signed In {peter}{account}"], calls.Select(call => call.ToString()));
        Assert.Equal("""{"email":"peter@example.com","username":"peter@example.com"}""", calls[0].Call["traits"]!.ToJsonString());
        Assert.Equal("""{"username":"peter@example.com"}""", calls[1].Call["properties"]!.ToJsonString());
    }

    [Fact]
    public async Task A_wrong_password_is_none()
    {
        await using var app = await StartAsync();
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();

        using var refused = await browser.Client.PostAsJsonAsync("/token", new Login("peter@example.com", "wrong"), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Empty(await app.RecordedAsync());
    }

    [Fact]
    public async Task A_cookie_beside_the_attribute_is_one_sign_in()
    {
        await using var app = await StartAsync(endpoints => endpoints.MapPost("/cookie", [TrackSignedIn] async (Login input, SignInManager<IdentityUser> signIns) =>
            (await signIns.PasswordSignInAsync(input.Email, input.Password, isPersistent: false, lockoutOnFailure: false)).Succeeded ? Results.Ok() : Results.Unauthorized()));
        var peter = await app.CreateUserAsync();
        using var browser = app.OpenBrowser();

        using var response = await browser.Client.PostAsJsonAsync("/cookie", new Login("peter@example.com", Password), TestContext.Current.CancellationToken);

        Assert.Equal([$"identify {peter}", $"Signed In {peter}"], (await app.RecordedAsync()).Select(call => call.ToString()));
        Assert.Contains(app.Log.Ours, line => line.Id == 100 && line.Message == "Signed In was not tracked: duplicate.");
    }

    [Fact]
    public async Task What_the_application_says_of_it_counts()
    {
        await using var app = await StartAsync(endpoints => endpoints.MapPost("/job", (ILifecycleTracker tracker) => tracker.TrackAsync(
            new SignedIn { UserId = "42", GroupId = "acme", Username = "kiosk", Timestamp = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero) })));
        using var browser = app.OpenBrowser();

        using var response = await browser.PostAsync("/job");

        Assert.Equal(
            ["identify 42 acme ", """Signed In 42 acme {"username":"kiosk"} 2026-01-02T03:04:05.000Z"""],
            (await app.RecordedAsync()).Select(call => call.Type == "identify"
                ? $"{call} "
                : $"{call} {call.Call["properties"]!.ToJsonString()} {call.Call["timestamp"]}"));
    }

    [Fact]
    public async Task Outside_of_any_request_it_is_a_session_too()
    {
        await using var app = await StartAsync();

        await app.Services.GetRequiredService<ILifecycleTracker>().TrackAsync(new SignedIn { UserId = "42", GroupId = "acme" }, TestContext.Current.CancellationToken);
        await app.WrittenAsync();

        Assert.Equal(["identify 42 acme", "Signed In 42 acme"], (await app.RecordedAsync()).Select(call => call.ToString()));
    }

    [Fact]
    public async Task Its_account_is_the_resolver_s_who_hears_the_user_and_the_moment()
    {
        await using var app = await StartAsync(services: services => services.AddIntilery().UseTenantResolver<AccountOfUser>());
        var peter = await app.CreateUserAsync();
        using var browser = app.OpenBrowser();

        await TokenAsync(browser);

        Assert.Equal([$"identify {peter} SignIn-{peter}", $"Signed In {peter} SignIn-{peter}"], (await app.RecordedAsync()).Select(call => call.ToString()));
    }

    [Fact]
    public async Task The_attribute_ends_the_session_of_the_token_with_its_account_and_user_name()
    {
        await using var app = await StartAsync();
        var peter = await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        var token = await TokenAsync(browser);
        await app.ForgetAsync();

        using var request = new HttpRequestMessage(HttpMethod.Post, "/logout");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await browser.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var call = Assert.Single(await app.RecordedAsync());
        Assert.Equal($"Signed Out {peter} acme", call.ToString());
        Assert.Equal("""{"username":"peter@example.com"}""", call.Call["properties"]!.ToJsonString());
    }

    [Fact]
    public async Task A_user_whom_somebody_else_creates_is_the_one_who_signs_up()
    {
        await using var app = await EndpointApp.StartAsync(
            routes => routes.MapPost("/", [TrackSignedUp(Type = "invited")] async (NewUser input, UserManager<Member> users) =>
            {
                await users.CreateAsync(new Member { Id = "samir", UserName = input.Email }, Password);
                return Results.Ok();
            }),
            services: services => services.AddIdentityCore<Member>().AddUserStore<MemberStore>());

        await app.PostAsync("/", new NewUser("samir@example.com", "Samir", "N"));

        Assert.Equal(
            [
                "identify samir@ ",
                """Signed Up samir@ {"type":"invited","first_name":"Samir","last_name":"N","email":"samir@example.com"}""",
            ],
            await app.RecordedAsync());
    }

    [Fact]
    public async Task A_captured_sign_up_takes_what_the_attribute_finds()
    {
        await using var app = await StartAsync(endpoints => endpoints.MapPost("/register", [TrackSignedUp] async (NewUser input, UserManager<IdentityUser> users) =>
            (await users.CreateAsync(new IdentityUser { Id = "samir", UserName = "samir", Email = input.Email })).Succeeded));
        using var browser = app.OpenBrowser();

        using var response = await browser.Client.PostAsJsonAsync("/register", new NewUser("samir@example.com", "Samir", "N"), TestContext.Current.CancellationToken);

        var calls = await app.RecordedAsync();
        Assert.Equal(["identify samir", "Signed Up samir"], calls.Select(call => call.ToString()));
        Assert.Equal(
            """{"type":"organic","first_name":"Samir","last_name":"N","email":"samir@example.com","username":"samir"}""", calls[1].Call["properties"]!.ToJsonString());
    }

    [Fact]
    public async Task The_application_s_own_hasher_stays_behind_ours_however_it_is_registered()
    {
        foreach (var register in new Action<IServiceCollection>[]
        {
            services => services.AddScoped<IPasswordHasher<IdentityUser>, PlainHasher>(),
            services => services.AddSingleton<IPasswordHasher<IdentityUser>>(new PlainHasher()),
            services => services.AddTransient<IPasswordHasher<IdentityUser>>(_ => new PlainHasher()),
        })
        {
            await using var app = await StartAsync(services: register);
            var peter = await app.CreateUserAsync();
            using var browser = app.OpenBrowser();

            await TokenAsync(browser);

            Assert.Equal([$"identify {peter}", $"Signed In {peter}"], (await app.RecordedAsync()).Select(call => call.ToString()));
            Assert.Equal("plain:" + Password, await app.WithScopeAsync(async services =>
                (await services.GetRequiredService<UserManager<IdentityUser>>().FindByIdAsync(peter))!.PasswordHash));
        }
    }

    [Theory]
    [InlineData(true, false, 1)]
    [InlineData(true, true, 0)]
    [InlineData(false, false, 0)]
    public async Task The_start_names_schemes_of_tokens_whose_sign_ins_nothing_tracks(bool hasTokens, bool isTracked, int notices)
    {
        await using var app = await EndpointApp.StartAsync(
            routes =>
            {
                var login = routes.MapPost("/token", () => "token");
                if (isTracked)
                {
                    login.TrackSignedIn();
                }
            },
            services: services =>
            {
                if (hasTokens)
                {
                    services.AddAuthentication().AddJwtBearer();
                }
            });
        await app.StopAsync();

        var lines = app.Log.Ours.Where(line => line.Id == 12).Select(line => line.Message).ToList();
        Assert.Equal(notices, lines.Count);
        Assert.All(lines, line => Assert.StartsWith("Sign-ins with the tokens of Bearer are not tracked. If this application issues the tokens,", line, StringComparison.Ordinal));
    }

    private static Task<IdentityApp> StartAsync(Action<WebApplication>? endpoints = null, Action<IServiceCollection>? services = null) => IdentityApp.StartAsync(new()
    {
        Services = all =>
        {
            all.AddAuthentication().AddJwtBearer(options =>
            {
                options.MapInboundClaims = false;
                options.TokenValidationParameters = new TokenValidationParameters
                {
                    IssuerSigningKey = _key, ValidateAudience = false, ValidateIssuer = false, ValidateLifetime = false, NameClaimType = "name",
                };
            });
            all.AddAuthorization();
            services?.Invoke(all);
        },
        Endpoints = routes =>
        {
            routes.MapPost("/token", [TrackSignedIn] (Login input, SignInManager<IdentityUser> signIns) => LoginAsync(input, signIns));
            routes.MapPost("/token-by-check-password", async (Login input, UserManager<IdentityUser> users) =>
                await users.FindByEmailAsync(input.Email) is { } user && await users.CheckPasswordAsync(user, input.Password) ? Results.Text(TokenOf(user)) : Results.Unauthorized())
                .TrackSignedIn();
            routes.MapPost("/token-by-code", async (Login input, SignInManager<IdentityUser> signIns, ILifecycleTracker tracker) =>
            {
                var result = await LoginAsync(input, signIns);
                await tracker.TrackAsync(new SignedIn { UserId = (await signIns.UserManager.FindByEmailAsync(input.Email))!.Id });
                return result;
            });
            routes.MapPost("/token-by-code-alone", async (Login input, SignInManager<IdentityUser> signIns, ILifecycleTracker tracker) =>
            {
                var result = await LoginAsync(input, signIns);
                await tracker.TrackAsync(new SignedIn());
                return result;
            });
            routes.MapPost("/token-by-both", [TrackSignedIn] async (Login input, SignInManager<IdentityUser> signIns, ILifecycleTracker tracker) =>
            {
                await tracker.TrackAsync(new SignedIn { UserId = (await signIns.UserManager.FindByEmailAsync(input.Email))!.Id, GroupId = "acme" });
                return await LoginAsync(input, signIns);
            });
            routes.MapPost("/token-by-path", [TrackSignedIn(UserIdFrom = "result.UserId")] async (Login input, UserManager<IdentityUser> users) =>
                new Issued((await users.FindByEmailAsync(input.Email))!.Id));
            routes.MapPost("/logout", () => "out").RequireAuthorization(policy => policy.AddAuthenticationSchemes(JwtBearerDefaults.AuthenticationScheme).RequireAuthenticatedUser()).TrackSignedOut();
            endpoints?.Invoke(routes);
        },
    });

    private static async Task<IResult> LoginAsync(Login input, SignInManager<IdentityUser> signIns) =>
        await signIns.UserManager.FindByEmailAsync(input.Email) is { } user
        && (await signIns.CheckPasswordSignInAsync(user, input.Password, lockoutOnFailure: true)).Succeeded
            ? Results.Text(TokenOf(user))
            : Results.Unauthorized();

    private static string TokenOf(IdentityUser user) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
    {
        Subject = new ClaimsIdentity([new("sub", user.Id), new("name", user.UserName!), new("tenant_id", "acme")]),
        SigningCredentials = new SigningCredentials(_key, SecurityAlgorithms.HmacSha256),
    });

    private static async Task<string> TokenAsync(TestBrowser browser, string path = "/token")
    {
        using var response = await browser.Client.PostAsJsonAsync(path, new Login("peter@example.com", Password), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    private sealed record Login(string Email, string Password);

    private sealed record NewUser(string Email, string FirstName, string LastName);

    private sealed record Issued(string UserId);

    private sealed class AccountOfUser : ILifecycleTenantResolver
    {
        public ValueTask<string?> ResolveAsync(TenantResolutionContext context, CancellationToken cancellationToken) => new($"{context.Moment}-{context.UserId}");
    }

    private sealed class PlainHasher : IPasswordHasher<IdentityUser>
    {
        public string HashPassword(IdentityUser user, string password) => "plain:" + password;

        public PasswordVerificationResult VerifyHashedPassword(IdentityUser user, string hashedPassword, string providedPassword) =>
            hashedPassword == "plain:" + providedPassword ? PasswordVerificationResult.Success : PasswordVerificationResult.Failed;
    }

    private sealed class Member
    {
        public string Id { get; set; } = string.Empty;

        public string? UserName { get; set; }

        public string? Hash { get; set; }
    }

    // Users in no database of EF Core's.
    private sealed class MemberStore : IUserPasswordStore<Member>
    {
        public Task<IdentityResult> CreateAsync(Member user, CancellationToken cancellationToken) => Task.FromResult(IdentityResult.Success);

        public Task<IdentityResult> DeleteAsync(Member user, CancellationToken cancellationToken) => Task.FromResult(IdentityResult.Success);

        public Task<IdentityResult> UpdateAsync(Member user, CancellationToken cancellationToken) => Task.FromResult(IdentityResult.Success);

        public Task<Member?> FindByIdAsync(string userId, CancellationToken cancellationToken) => Task.FromResult<Member?>(null);

        public Task<Member?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) => Task.FromResult<Member?>(null);

        public Task<string?> GetNormalizedUserNameAsync(Member user, CancellationToken cancellationToken) => Task.FromResult(user.UserName);

        public Task<string?> GetPasswordHashAsync(Member user, CancellationToken cancellationToken) => Task.FromResult(user.Hash);

        public async Task<string> GetUserIdAsync(Member user, CancellationToken cancellationToken)
        {
            await Task.Yield();
            return user.Id;
        }

        public Task<string?> GetUserNameAsync(Member user, CancellationToken cancellationToken) => Task.FromResult(user.UserName);

        public Task<bool> HasPasswordAsync(Member user, CancellationToken cancellationToken) => Task.FromResult(user.Hash is not null);

        public Task SetNormalizedUserNameAsync(Member user, string? normalizedName, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task SetPasswordHashAsync(Member user, string? passwordHash, CancellationToken cancellationToken)
        {
            user.Hash = passwordHash;
            return Task.CompletedTask;
        }

        public Task SetUserNameAsync(Member user, string? userName, CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose()
        {
        }
    }
}
