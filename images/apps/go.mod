module kubedrill.local/apps

go 1.24
