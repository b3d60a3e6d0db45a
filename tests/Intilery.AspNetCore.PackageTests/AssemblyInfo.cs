using Intilery.AspNetCore.PackageTests.Support;

[assembly: AssemblyFixture(typeof(BuiltApplications))]
