using Intilery.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Intilery.AspNetCore.Tests.HostFirst;

/// <summary>A package that is only referenced changes nothing: the host's own registrations find what they find without it.</summary>
public sealed class ReferencedOnlyTests
{
    // Services that are enumerated by design: an entry more takes nothing from anybody.
    private static readonly Type[] _enumerated =
    [
        typeof(IHostedService),
        typeof(IStartupFilter),
        typeof(IConfigureOptions<>),
        typeof(IPostConfigureOptions<>),
        typeof(IDbContextOptionsConfiguration<>),
        typeof(CircuitHandler),
    ];

    public static TheoryData<HostShape> Shapes => [.. Enum.GetValues<HostShape>()];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_hosts_code_sees_types_of_ours_and_entries_of_enumerated_services_and_else_what_it_sees_without(HostShape shape)
    {
        var without = Seen(shape, hasPackage: false);
        var with = Seen(shape, hasPackage: true);

        Assert.DoesNotContain(without, IsOurs);
        Assert.Equal(without.Select(Describe), with.Where(descriptor => !IsOurs(descriptor) && !IsOurEntry(descriptor)).Select(Describe));
        Assert.Equal(
            [.. _enumerated.Order(ByName)],
            with.Where(descriptor => !IsOurs(descriptor) && IsOurEntry(descriptor)).Select(descriptor => Definition(descriptor.ServiceType)).Distinct().Order(ByName));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Of_what_is_built_authentication_and_password_hashers_alone_have_ours_in_front(HostShape shape)
    {
        var without = Built(shape, hasPackage: false);
        var with = Built(shape, hasPackage: true);

        var changed = with.Where(descriptor => !IsOurs(descriptor) && !IsOurEntry(descriptor)).Select(Describe).Except(without.Select(Describe)).Order(StringComparer.Ordinal);
        Assert.Collection(
            changed,
            service => Assert.StartsWith($"Scoped {typeof(IAuthenticationService)}", service, StringComparison.Ordinal),
            service => Assert.StartsWith($"Scoped {typeof(IPasswordHasher<IdentityUser>)}", service, StringComparison.Ordinal));
        Assert.Equal(
            without.Select(descriptor => descriptor.ServiceType).ToHashSet(),
            with.Where(descriptor => !IsOurs(descriptor) && !IsOurEntry(descriptor)).Select(descriptor => descriptor.ServiceType).ToHashSet());
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task Every_service_is_of_the_class_that_it_is_of_without_until_the_package_is_used(HostShape shape)
    {
        var without = await MadeAsync(shape, hasPackage: false);
        var with = await MadeAsync(shape, hasPackage: true);
        var armed = await MadeAsync(shape, hasPackage: true, writeTheLine: true);

        Assert.True(without.Count > 100, $"{without.Count}");
        Assert.Equal(without, with);
        Assert.Equal([typeof(IAuthenticationService), typeof(IPasswordHasher<IdentityUser>)], without.Keys.Where(service => without[service] != armed[service]).Order(ByName));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task A_client_that_is_registered_if_there_is_none_is_the_applications(HostShape shape)
    {
        var own = new Uri("https://cms.example.com");
        await using var host = await TestedHost.StartAsync(shape, services =>
        {
            if (!services.Any(descriptor => descriptor.ServiceType == typeof(HttpClient)))
            {
                services.AddScoped(_ => new HttpClient { BaseAddress = own });
            }
        });

        await using var scope = host.Services.CreateAsyncScope();
        Assert.Equal(own, scope.ServiceProvider.GetRequiredService<HttpClient>().BaseAddress);
        Assert.Null(scope.ServiceProvider.GetService<IHttpClientFactory>());
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task Authentication_that_is_registered_if_there_is_none_works_and_is_captured(HostShape shape)
    {
        await using var host = await TestedHost.StartAsync(shape, services =>
        {
            if (!services.Any(descriptor => descriptor.ServiceType == typeof(IAuthenticationService)))
            {
                services.AddAuthentication("session").AddCookie("session");
            }
        });

        Assert.Equal("peter", await host.SignInAsync("peter"));
        Assert.Equal(["Signed In peter"], await host.EventsAsync());
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task A_clock_that_is_registered_if_there_is_none_is_the_applications_and_ours(HostShape shape)
    {
        var own = new FakeTimeProvider(new DateTimeOffset(2031, 2, 3, 4, 5, 6, TimeSpan.Zero));
        await using var host = await TestedHost.StartAsync(shape, services => services.TryAddSingleton<TimeProvider>(own));

        Assert.Same(own, host.Services.GetRequiredService<TimeProvider>());
        Assert.Same(own, host.Services.GetRequiredService<HostClock>().Time);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task An_accessor_that_is_registered_if_there_is_none_is_the_applications(HostShape shape)
    {
        await using var host = await TestedHost.StartAsync(shape, services =>
        {
            services.TryAddSingleton<IHttpContextAccessor, OwnAccessor>();
            services.AddAuthentication("session").AddCookie("session");
        });

        Assert.IsType<OwnAccessor>(host.Services.GetRequiredService<IHttpContextAccessor>());
        Assert.Equal("peter", await host.SignInAsync("peter"));
        Assert.Equal(["Signed In peter"], await host.EventsAsync());
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task A_host_that_registers_none_of_it_has_none_of_it(HostShape shape)
    {
        await using var host = await TestedHost.StartAsync(shape, _ => { });
        await host.GetAsync("/");

        Assert.Null(host.Services.GetService<TimeProvider>());
        Assert.Null(host.Services.GetService<IHttpContextAccessor>());
        Assert.Null(host.Services.GetService<IHttpClientFactory>());
        await using var scope = host.Services.CreateAsyncScope();
        Assert.Null(scope.ServiceProvider.GetService<HttpClient>());
        Assert.Null(scope.ServiceProvider.GetService<IAuthenticationService>());
    }

    private static Comparer<Type> ByName => Comparer<Type>.Create((one, other) => string.CompareOrdinal(one.FullName, other.FullName));

    private static List<ServiceDescriptor> Seen(HostShape shape, bool hasPackage)
    {
        List<ServiceDescriptor>? seen = null;
        using var host = TestedHost.Build(shape, services => seen ??= [.. services], hasPackage);
        return seen!;
    }

    private static List<ServiceDescriptor> Built(HostShape shape, bool hasPackage)
    {
        using var host = BuildWithFrameworks(shape, hasPackage, writeTheLine: false, out var services);
        return [.. services];
    }

    // What a scope of a running host makes of each service, by the service's type.
    private static async Task<Dictionary<Type, Type?>> MadeAsync(HostShape shape, bool hasPackage, bool writeTheLine = false)
    {
        using var host = BuildWithFrameworks(shape, hasPackage, writeTheLine, out var services);
        await host.StartAsync(TestContext.Current.CancellationToken);
        var made = new Dictionary<Type, Type?>();
        await using (var scope = host.Services.CreateAsyncScope())
        {
            foreach (var type in services.Where(service => service is { IsKeyedService: false, ServiceType.IsGenericTypeDefinition: false } && !IsOurs(service)).Select(service => service.ServiceType).Distinct())
            {
                // One that is enumerated by design has another last entry, perhaps.
                if (!_enumerated.Contains(Definition(type)))
                {
                    made[type] = scope.ServiceProvider.GetService(type)?.GetType();
                }
            }
        }

        await host.StopAsync(TestContext.Current.CancellationToken);
        return made;
    }

    private static IHost BuildWithFrameworks(HostShape shape, bool hasPackage, bool writeTheLine, out IServiceCollection all)
    {
        IServiceCollection? seen = null;
        var host = TestedHost.Build(
            shape,
            services =>
            {
                seen = services;
                services.AddAuthentication("session").AddCookie("session");
                services.AddControllersWithViews();
                services.AddSignalR();
                services.AddRazorComponents().AddInteractiveServerComponents();
                services.AddDbContext<IdentityDbContext>(options => options.UseInMemoryDatabase("referenced-only"));
                services.AddIdentityCore<IdentityUser>().AddEntityFrameworkStores<IdentityDbContext>().AddSignInManager();
            },
            hasPackage,
            writeTheLine);
        all = seen!;
        return host;
    }

    private static bool IsOurs(ServiceDescriptor descriptor) => Mentions(descriptor.ServiceType);

    private static bool IsOurEntry(ServiceDescriptor descriptor) => _enumerated.Contains(Definition(descriptor.ServiceType))
        && (descriptor.ImplementationType ?? descriptor.ImplementationInstance?.GetType() ?? descriptor.ImplementationFactory?.Method.DeclaringType) is { } type
        && type.Assembly == typeof(IntileryOptions).Assembly;

    private static bool Mentions(Type type) =>
        type.Assembly == typeof(IntileryOptions).Assembly || type.GenericTypeArguments.Any(Mentions);

    private static Type Definition(Type type) => type.IsGenericType ? type.GetGenericTypeDefinition() : type;

    // Instances and factories are made anew for each host.
    private static string Describe(ServiceDescriptor descriptor) => descriptor.IsKeyedService
        ? $"{descriptor.Lifetime} {descriptor.ServiceType} {descriptor.ServiceKey}"
        : $"{descriptor.Lifetime} {descriptor.ServiceType} "
            + $"{descriptor.ImplementationType ?? descriptor.ImplementationInstance?.GetType() ?? descriptor.ImplementationFactory!.Method.DeclaringType}";

    private sealed class OwnAccessor : IHttpContextAccessor
    {
        // Of a test that has no request, say.
        public HttpContext? HttpContext { get; set; }
    }
}
